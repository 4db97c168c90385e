import { createHash, randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attachedPartition, exchangeInPage } from '../rig/attachments.js';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import type { HttpBrowser } from '../rig/http-browser.js';
import { redeem } from '../rig/relying-party.js';
import { askInFrame, PAGE_OF_A } from '../rig/requests.js';
import { browserWithSession } from '../rig/session.js';
import { tenantFile } from '../rig/tenant.js';

let op: Deployment;
let own: CryptoKeyPair;
let other: CryptoKeyPair;
beforeAll(async () => {
  op = await startDeployment({ tenantFile: tenantFile() });
  own = await generateKeyPair('ES256', { extractable: true });
  other = await generateKeyPair('ES256', { extractable: true });
});
afterAll(() => op.stop());

/** What a page proves its key with at the token endpoint, with the nonce of an answer where it has one. */
const signProof = async ({ privateKey, publicKey }: CryptoKeyPair, nonce: string | null) => ({
  dpop: await new SignJWT({
    htm: 'POST',
    htu: `${op.issuer}oauth/token`,
    jti: randomUUID(),
    ...(nonce !== null && { nonce }),
  })
    .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk: await exportJWK(publicKey) })
    .setIssuedAt(op.clock.now() / 1000)
    .sign(privateKey),
});

const proof = async (key: CryptoKeyPair): Promise<Record<string, string>> => {
  const asked = await redeem(op.issuer, { code: 'none' }, { ...PAGE_OF_A, ...(await signProof(key, null)) });
  return signProof(key, asked.headers.get('dpop-nonce'));
};

/** The status of an exchange of a code that the attachment alone gave. */
const exchange = async (partition: HttpBrowser, key: CryptoKeyPair | null) => {
  const { response, request } = await askInFrame(op, partition);
  const headers = key === null ? {} : await proof(key);
  const answer = await exchangeInPage(
    partition,
    op,
    { ...request, code: response.code as string },
    {},
    headers,
  );
  const body = JSON.parse(answer.html) as { error?: string; token_type?: string };
  return body.error ?? body.token_type;
};

describe('design.md 4: codes given on an attachment that was bound to a key are bound to the same key', () => {
  const bound = async () => attachedPartition(op, await browserWithSession(op), {}, {}, await proof(own));

  test('with the key it renews', async () => {
    const partition = await bound();
    expect(await exchange(partition, own)).toBe('DPoP');
    expect(await exchange(partition, own)).toBe('DPoP');
  });

  test('without a key, or with another, a copied attachment gives no token', async () => {
    expect(await exchange(await bound(), null)).toBe('invalid_grant');
    expect(await exchange(await bound(), other)).toBe('invalid_grant');
  });

  test('also where the request names another key itself', async () => {
    const partition = await bound();
    const { publicKey } = other;
    const { crv, kty, x, y } = await exportJWK(publicKey);
    const thumbprint = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
    const { response, request } = await askInFrame(op, partition, { dpop_jkt: thumbprint });
    const code = { ...request, code: response.code as string };
    const answer = await exchangeInPage(partition, op, code, {}, await proof(other));
    expect(JSON.parse(answer.html)).toMatchObject({ error: 'invalid_grant' });
  });

  test('one that was never bound asks for no key', async () => {
    const partition = await attachedPartition(op, await browserWithSession(op));
    expect(await exchange(partition, null)).toBe('Bearer');
  });
});
