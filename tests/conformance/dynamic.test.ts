import { hash, randomUUID } from 'node:crypto';
import { exportJWK, type GenerateKeyPairResult, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeCertificate, trustHere } from '../rig/certificate.js';
import type { Deployment } from '../rig/deployment.js';
import { type OtherServer, startOtherServer } from '../rig/other-server.js';
import { register, registered } from '../rig/registration.js';
import { expectRefusedPage } from '../rig/requests.js';
import { browserWithSession } from '../rig/session.js';
import { CALLBACK, startCertified, USER_ID } from './deployment.js';
import { verifyDiscovery } from './discovery.js';
import {
  authorize,
  authorizeByObject,
  complete,
  exchange,
  fetchKeys,
  freshBrowser,
  namesOf,
  type Outcome,
  type Party,
  type Proof,
  type Run,
  requestOf,
  verifyIdToken,
} from './flow.js';
import { MODULES, type Module } from './modules.js';
import { PLANS } from './plans.js';
import { refreshes, refreshesOwnTokens, signInOffline } from './refresh-token.js';

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

const REFRESHING = { grant_types: ['authorization_code', 'refresh_token'] };

interface Key {
  readonly kid: string;
  readonly pair: GenerateKeyPairResult;
}

let op: Deployment;
let other: OtherServer;
let [first, second]: Key[] = [];
beforeAll(async () => {
  const tls = await makeCertificate();
  trustHere(tls);
  other = await startOtherServer();
  const allow = ['jwks', 'sector', 'logo', 'request_uri'].map((purpose) => ({
    purpose,
    host: 'localhost',
    port: other.port,
  }));
  const outbound = { allow, extraCa: other.certificate.cert, timeoutMs: 20_000 };
  op = await startCertified({ tls, outbound });
  [first, second] = await Promise.all(
    ['first', 'second'].map(async (kid) => ({ kid, pair: await generateKeyPair('RS256') })),
  );
});
afterAll(async () => {
  await op.stop();
  await other.stop();
});

async function keySet({ kid, pair }: Key): Promise<{ keys: object[] }> {
  return { keys: [{ ...(await exportJWK(pair.publicKey)), kid, alg: 'RS256', use: 'sig' }] };
}

/** Addressed to the token endpoint, as the suite's own are unless a module says otherwise. */
async function prove(
  clientId: string,
  { kid, pair }: Key,
  audience = `${op.issuer}oauth/token`,
): Promise<Proof> {
  const now = Math.floor(op.clock.now() / 1000);
  const client_assertion = await new SignJWT({ jti: randomUUID() })
    .setProtectedHeader({ alg: 'RS256', kid })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(audience)
    .setIssuedAt(now)
    .setNotBefore(now)
    .setExpirationTime(now + 60)
    .sign(pair.privateKey);
  return { fields: { client_assertion_type: ASSERTION_TYPE, client_assertion } };
}

/** Registers a client of private_key_jwt, as each module of the plan does for itself. */
async function join(metadata: Record<string, unknown> = {}, more: Partial<Party> = {}): Promise<Run> {
  const client = await registered(op, {
    client_name: 'The Certifier',
    redirect_uris: [CALLBACK],
    response_types: ['code'],
    grant_types: ['authorization_code'],
    contacts: ['certification@harbour.example'],
    token_endpoint_auth_method: 'private_key_jwt',
    ...(metadata.jwks_uri === undefined && { jwks: await keySet(first as Key) }),
    ...metadata,
  });
  const clientId = client.client_id;
  const party: Party = {
    clientId,
    redirectUri: CALLBACK,
    responseType: 'code',
    responseMode: 'default',
    prove: () => prove(clientId, first as Key),
    ...more,
  };
  return { op, party };
}

async function signIn(run: Run): Promise<Outcome> {
  return complete(run, await authorize(run, await browserWithSession(op, USER_ID)));
}

/**
 * Asks by an object at the address that the client registered, with a fragment that is the hash of something else: at
 * registration the suite does not know yet what will be there.
 */
async function signInByReference(
  join: (request_uris: string[]) => Promise<Run>,
  write: (claims: Record<string, string>, run: Run) => Promise<string> | string,
): Promise<void> {
  const path = `/requesturi/${randomUUID()}`;
  const request_uri = `${other.origin}${path}#${hash('sha256', randomUUID(), 'base64url')}`;
  const run = await join([request_uri]);
  const authorization = await authorizeByObject(run, freshBrowser(run), async (claims) => {
    const object = await write(claims, run);
    other.answer(path, (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/jwt' }).end(object);
    });
    return { request_uri };
  });
  expect(namesOf(run, authorization)).toEqual(['login', 'consent']);
  await complete(run, authorization);
}

async function loginPage(run: Run): Promise<string> {
  const page = await freshBrowser(run).visit(requestOf(run).url);
  expect(page.html).toContain('name="password"');
  return page.html;
}

describe('oidcc-dynamic-certification-test-plan', () => {
  test('oidcc-idtoken-rs256', async () => {
    const { header } = await signIn(await join({ id_token_signed_response_alg: 'RS256' }));
    expect(header.alg).toBe('RS256');
  });

  test.each(['oidcc-idtoken-unsigned', 'oidcc-ensure-request-object-with-redirect-uri'] as const)(
    '%s',
    async (name) => {
      const module: Module = MODULES[name];
      await module(await join());
    },
  );

  test('oidcc-userinfo-rs256', async () => {
    const run = await join({ userinfo_signed_response_alg: 'RS256' }, { hasSignedUserinfo: true });
    const { userinfo } = await signIn(run);
    expect(userinfo).toMatchObject({ sub: USER_ID, iss: op.issuer, aud: run.party.clientId });
  });

  test('oidcc-ensure-redirect-uri-in-authorization-request', async () => {
    const run = await join();
    expectRefusedPage(await freshBrowser(run).visit(requestOf(run, { redirect_uri: null }).url));
  });

  test('oidcc-redirect-uri-query-OK', async () => {
    const redirectUri = `${CALLBACK}?foo=bar`;
    await signIn(await join({ redirect_uris: [redirectUri] }, { redirectUri }));
  });

  test('oidcc-redirect-uri-query-mismatch', async () => {
    const run = await join({ redirect_uris: [`${CALLBACK}?foo=bar`] });
    for (const redirect_uri of [`${CALLBACK}?bar=foo`, `${CALLBACK}?foo=bar&bar=foo`, CALLBACK])
      expectRefusedPage(await freshBrowser(run).visit(requestOf(run, { redirect_uri }).url));
  });

  test('oidcc-redirect-uri-query-added', async () => {
    const run = await join();
    const { url } = requestOf(run, { redirect_uri: `${CALLBACK}?foo=bar` });
    expectRefusedPage(await freshBrowser(run).visit(url));
  });

  test('oidcc-redirect-uri-regfrag', async () => {
    const answer = await register(op, { redirect_uris: [`${CALLBACK}#foobar`] });
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_redirect_uri' } });
  });

  test('oidcc-discovery-endpoint-verification', async () => {
    expect(await verifyDiscovery(op)).toHaveProperty('registration_endpoint', `${op.issuer}oidc/register`);
  });

  test('oidcc-server', async () => {
    const run = await join();
    const authorization = await authorize(run, freshBrowser(run));
    expect(namesOf(run, authorization)).toEqual(['login', 'consent']);
    await complete(run, authorization);
  });

  test('oidcc-registration-logo-uri', async () => {
    const png = Buffer.from('89504e470d0a1a0a0000', 'hex');
    other.answer('/logo.png', (_request, response) => response.writeHead(200).end(png));
    const html = await loginPage(await join({ logo_uri: `${other.origin}/logo.png` }));
    expect(html).toMatch(new RegExp(`<img[^>]* src="data:image/png;base64,${png.toString('base64')}"`));
  });

  test.each([
    ['oidcc-registration-policy-uri', 'policy_uri'],
    ['oidcc-registration-tos-uri', 'tos_uri'],
  ])('%s', async (_name, member) => {
    const address = `https://c.test/${member}`;
    expect(await loginPage(await join({ [member]: address }))).toMatch(
      new RegExp(`<a [^>]*href="${address}"`),
    );
  });

  test('oidcc-registration-jwks-uri', async () => {
    other.serve('/jwks', await keySet(first as Key));
    const run = await join({ jwks_uri: `${other.origin}/jwks` });
    await signIn(run);
  });

  test('oidcc-refresh-token', async () => {
    const [run, { party }] = await Promise.all([join(REFRESHING), join(REFRESHING)]);
    await refreshesOwnTokens(run, party);
  });

  test('oidcc-refresh-token-rp-key-rotation', async () => {
    other.serve('/jwks', await keySet(first as Key));
    const run = await join({ ...REFRESHING, jwks_uri: `${other.origin}/jwks` });
    const outcome = await signInOffline(run);
    // A new key with a new kid, a minute, and an assertion by it.
    other.serve('/jwks', await keySet(second as Key));
    op.clock.advance(60_000);
    const { clientId } = run.party;
    const party = { ...run.party, prove: () => prove(clientId, second as Key) };
    await refreshes({ op, party }, outcome, 'openid offline_access');
    const { answer } = await authorize(run, await browserWithSession(op, USER_ID));
    expect(await exchange(run, answer.code ?? '')).toMatchObject({ body: { error: 'invalid_client' } });
  });

  test('oidcc-registration-sector-uri', async () => {
    other.serve('/sector', [CALLBACK, 'https://other.test/cb']);
    const sector = { subject_type: 'pairwise', sector_identifier_uri: `${other.origin}/sector` };
    await signIn(await join(sector, { hasPairwiseSubjects: true }));
  });

  test('oidcc-registration-sector-bad', async () => {
    other.serve('/sector-bad', ['https://other.test/cb']);
    const sector = { subject_type: 'pairwise', sector_identifier_uri: `${other.origin}/sector-bad` };
    expect(await register(op, { redirect_uris: [CALLBACK], ...sector })).toMatchObject({
      status: 400,
      body: { error: 'invalid_client_metadata' },
    });
  });

  test('oidcc-server-rotate-keys', async () => {
    const run = await join();
    const before = await signIn(run);
    const former = (await fetchKeys(op)).keys.map(({ kid }) => kid);
    expect(await op.server.keys.rotate('RS256', { force: true })).toMatchObject({ outcome: 'rotated' });
    const now = (await fetchKeys(op)).keys.map(({ kid }) => kid);
    expect(now).toEqual(expect.arrayContaining(former));
    expect(now.length).toBe(former.length + 1);
    const after = await signIn(run);
    expect(after.header.kid).not.toBe(before.header.kid);
    // What the former key signed still verifies.
    const { nonce, at_hash } = before.idToken;
    await verifyIdToken(run, before.rawIdToken, { nonce: String(nonce), at_hash: String(at_hash) });
  });

  test('oidcc-request-uri-unsigned', async () => {
    await signInByReference(
      (request_uris) => join({ request_uris }),
      (claims) => new UnsecuredJWT(claims).encode(),
    );
  });

  test('oidcc-request-uri-signed-rs256', async () => {
    const { kid, pair } = first as Key;
    await signInByReference(
      (request_uris) => join({ request_uris, request_object_signing_alg: 'RS256' }),
      (claims, { party }) =>
        new SignJWT({ ...claims, aud: op.issuer, iss: party.clientId })
          .setProtectedHeader({ alg: 'RS256', kid })
          .sign(pair.privateKey),
    );
  });

  test('oidcc-ensure-client-assertion-with-iss-aud-succeeds', async () => {
    const run = await join();
    const { clientId } = run.party;
    const party = { ...run.party, prove: () => prove(clientId, first as Key, op.issuer) };
    const { answer } = await authorize(run, await browserWithSession(op, USER_ID));
    expect(await exchange({ op, party }, answer.code ?? '')).toMatchObject({ status: 200 });
  });
});

/** The other plans with clients that register themselves; static ones have registered no address. */
describe.each(['default', 'form_post'] as const)('response_mode=%s', (responseMode) => {
  describe.each(Object.values(PLANS).flatMap((plan) => plan.map(({ responseType }) => responseType)))(
    'response_type=%s',
    (responseType) => {
      test('oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported', async () => {
        const types = { response_types: [responseType], grant_types: ['authorization_code', 'implicit'] };
        await signInByReference(
          (request_uris) => join({ request_uris, ...types }, { responseType, responseMode }),
          (claims) => new UnsecuredJWT(claims).encode(),
        );
      });
    },
  );
});
