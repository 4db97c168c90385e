import { decodeProtectedHeader, jwtVerify } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { HttpBrowser } from '../rig/http-browser.js';
import { authorizationRequest, signIn } from '../rig/relying-party.js';
import { tokensFor } from '../rig/requests.js';
import { isAlive } from '../rig/session.js';
import { tenantFile } from '../rig/tenant.js';

const LEGACY = 'https://legacy.a.test/';
const SIGNING_SECRET = 'a-secret-of-the-legacy-api-that-is-long-enough';

let op: Deployment;
let browser: HttpBrowser;
beforeAll(async () => {
  const file = tenantFile();
  const legacy = {
    identifier: LEGACY,
    name: 'Harbour Legacy',
    signing_alg: 'HS256',
    signing_secret: SIGNING_SECRET,
    scopes: [{ value: 'read:ledger', description: 'Read the ledger' }],
  };
  op = await startDeployment({
    tenantFile: { ...file, resourceServers: [...file.resourceServers, legacy] },
  });
  browser = new HttpBrowser(op.issuer);
  await signIn(browser, authorizationRequest(op.issuer));
});
afterAll(() => op.stop());

test('an API that says HS256 gets tokens that its secret verifies, and no other', async () => {
  const { access_token } = await tokensFor(op, browser, { audience: LEGACY, scope: 'read:ledger' });
  const options = { issuer: op.issuer, audience: LEGACY, currentDate: new Date(op.clock.now()) };
  const { payload } = await jwtVerify(access_token, Buffer.from(SIGNING_SECRET), options);
  expect(payload).toMatchObject({ sub: 'auth0|mira', azp: 'spa-a', scope: 'read:ledger' });
  expect(decodeProtectedHeader(access_token)).toEqual({ alg: 'HS256', typ: 'JWT' });
  await expect(jwtVerify(access_token, Buffer.from(SIGNING_SECRET.toUpperCase()), options)).rejects.toThrow(
    'signature verification failed',
  );
  const jwks = await (await fetch(`${op.issuer}.well-known/jwks.json`)).text();
  expect(jwks).not.toContain('oct');
});

test('such a token opens nothing of this server', async () => {
  const { access_token } = await tokensFor(op, browser, { audience: LEGACY, scope: 'openid read:ledger' });
  expect(await isAlive(op, access_token)).toBe(false);
});
