import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { jsonOf } from '../rig/requests.js';
import { API, tenantFile } from '../rig/tenant.js';

const TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const SECRET = 'a-secret-for-assertions-that-is-long-enough-for-hs256';

let op: Deployment;
let privateKey: CryptoKey;
let publicKey: CryptoKey;

beforeAll(async () => {
  ({ privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true }));
  const file = tenantFile();
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' };
  const machine = { app_type: 'non_interactive', grant_types: ['client_credentials'] };
  file.clients.push(
    {
      ...machine,
      client_id: 'by-key',
      name: 'By key',
      token_endpoint_auth_method: 'private_key_jwt',
      sojourn: { jwks: { keys: [jwk] } },
    },
    {
      ...machine,
      client_id: 'by-key-strictly',
      name: 'By key, strictly',
      token_endpoint_auth_method: 'private_key_jwt',
      sojourn: { jwks: { keys: [jwk] }, assertion_audience: 'issuer' },
    },
    {
      ...machine,
      client_id: 'by-hmac',
      name: 'By HMAC',
      token_endpoint_auth_method: 'client_secret_jwt',
      client_secret: SECRET,
    },
    {
      ...machine,
      client_id: 'guessed',
      name: 'Guessed at',
      token_endpoint_auth_method: 'client_secret_jwt',
      client_secret: SECRET,
    },
  );
  for (const client_id of ['by-key', 'by-key-strictly', 'by-hmac', 'guessed']) {
    (file.clientGrants as unknown[]).push({ client_id, audience: API, scope: ['read:berths'] });
  }
  op = await startDeployment({ tenantFile: file });
});
afterAll(() => op.stop());

/** RFC 7519 §4.1.7: "The jti value is a case-sensitive string". */
const JTIS: [string, unknown][] = [
  ['an object', {}],
  ['a list', ['x']],
  ['a list of thousands of letters', ['x'.repeat(4_000)]],
  ['a number', 5],
  ['true', true],
  ['empty', ''],
  ['a kilobyte', 'j'.repeat(1_024)],
];

interface Claims {
  readonly aud?: string | string[];
  readonly iss?: string;
  readonly sub?: string;
  /** Not only text: what a JWT can hold. */
  readonly jti?: unknown;
  readonly expiresInSeconds?: number | null;
  readonly notBeforeInSeconds?: number;
}

let made = 0;

function assertion(clientId: string, claims: Claims = {}): SignJWT {
  const now = Math.floor(op.clock.now() / 1000);
  made += 1;
  const jwt = new SignJWT({ jti: claims.jti ?? `jti-${made}` } as JWTPayload)
    .setIssuer(claims.iss ?? clientId)
    .setSubject(claims.sub ?? clientId)
    .setAudience(claims.aud ?? op.issuer)
    .setIssuedAt(now);
  if (claims.notBeforeInSeconds !== undefined) jwt.setNotBefore(now + claims.notBeforeInSeconds);
  return claims.expiresInSeconds === null
    ? jwt
    : jwt.setExpirationTime(now + (claims.expiresInSeconds ?? 120));
}

const byKey = (claims?: Claims, clientId = 'by-key') =>
  assertion(clientId, claims).setProtectedHeader({ alg: 'ES256', kid: 'k1' }).sign(privateKey);

const byHmac = (claims?: Claims, clientId = 'by-hmac', secret = SECRET) =>
  assertion(clientId, claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(secret));

/** Names of this server: what published clients address their assertions to. */
const audiences = (): [string, string | string[]][] => [
  ['the issuer', op.issuer],
  ['the issuer in a list', [op.issuer]],
  ['the issuer without its slash', op.issuer.slice(0, -1)],
  ['the token endpoint', `${op.issuer}oauth/token`],
  ['the endpoint of pushed requests', `${op.issuer}oauth/par`],
  ['issuer and token endpoint', [op.issuer, `${op.issuer}oauth/token`]],
  ['another server and the token endpoint', ['https://other.test/', `${op.issuer}oauth/token`]],
];

const refused: [string, string, () => Promise<string>][] = [
  ['addressed to another server', 'assertion-audience', () => byKey({ aud: 'https://other.test/' })],
  ['addressed to userinfo', 'assertion-audience', () => byKey({ aud: `${op.issuer}userinfo` })],
  ['addressed to nobody', 'assertion-audience', () => byKey({ aud: [] })],
  ['without exp', 'assertion-expiry', () => byKey({ expiresInSeconds: null })],
  ['expired a minute ago', 'assertion-expiry', () => byKey({ expiresInSeconds: -60 })],
  ['that lives for two hours', 'assertion-expiry', () => byKey({ expiresInSeconds: 7_200 })],
  ['from the future', 'assertion-not-yet-valid', () => byKey({ notBeforeInSeconds: 120 })],
  ['whose iss is another', 'assertion-parties', () => byKey({ iss: 'by-hmac' })],
  ['whose sub is another', 'client-unknown', () => byKey({ sub: 'nobody' })],
  ['under another secret', 'assertion-signature', () => byHmac({}, 'by-hmac', `${SECRET}!`)],
  ['without signature', 'assertion-signature', async () => `${(await byKey()).split('.', 2).join('.')}.`],
  ['of no JWT', 'client-unknown', async () => 'x.y.z'],
  ['under an algorithm for secrets', 'assertion-unreadable', () => byHmac({}, 'by-key')],
  ...JTIS.map(([what, jti]): [string, string, () => Promise<string>] => [
    `whose jti is ${what}`,
    'assertion-jti',
    () => byKey({ jti }),
  ]),
];

async function ask(client_assertion: string, fields: Record<string, string> = {}): Promise<number> {
  return (await answerTo(client_assertion, fields)).status;
}

async function answerTo(client_assertion: string, fields: Record<string, string> = {}): Promise<Response> {
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    audience: API,
    client_assertion_type: TYPE,
    client_assertion,
    ...fields,
  });
  return fetch(`${op.issuer}oauth/token`, { method: 'POST', body });
}

describe('security.md 21: a client assertion', () => {
  test('for the issuer, signed by the registered key, is taken, with or without client_id', async () => {
    expect(await ask(await byKey())).toBe(200);
    expect(await ask(await byKey(), { client_id: 'by-key' })).toBe(200);
  });

  test('RFC 7523 §3, OIDC Core §9: may name this server as issuer, token endpoint or endpoint of pushed requests', async () => {
    for (const [name, aud] of audiences()) {
      expect([name, await ask(await byKey({ aud }))]).toEqual([name, 200]);
      expect([name, await ask(await byHmac({ aud }))]).toEqual([name, 200]);
    }
  });

  test('FAPI 2.0 §5.3.2.1: of a client that is held to it names the issuer alone, as one text', async () => {
    expect(await ask(await byKey({ aud: op.issuer }, 'by-key-strictly'))).toBe(200);
    for (const [name, aud] of audiences().slice(1))
      expect([name, await ask(await byKey({ aud }, 'by-key-strictly'))]).toEqual([name, 401]);
  });

  test('may live for an hour, as Authlib’s do', async () => {
    expect(await ask(await byKey({ expiresInSeconds: 3_600 }))).toBe(200);
    expect(await ask(await byHmac({ expiresInSeconds: 3_600 }))).toBe(200);
  });

  test('is used once, by whichever of 20 comes first', async () => {
    const jwt = await byKey();
    const statuses = await Promise.all(Array.from({ length: 20 }, () => ask(jwt)));
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 401)).toHaveLength(19);
  });

  test('another client’s jti of the same text is its own', async () => {
    const hmac = assertion('by-hmac', { jti: 'shared' }).setProtectedHeader({ alg: 'HS256' });
    expect(await ask(await byKey({ jti: 'shared' }))).toBe(200);
    expect(await ask(await hmac.sign(new TextEncoder().encode(SECRET)))).toBe(200);
  });

  test.each(refused)('%s is refused', async (_, _reason, make) => {
    expect(await ask(await make())).toBe(401);
  });

  test('with a NUL in its jti is taken once, like any other', async () => {
    const jwt = await byKey({ jti: 'a\0b' });
    expect([await ask(jwt), await ask(jwt)]).toEqual([200, 401]);
  });

  test('that is genuine hears what is wrong with it; a forged one does not', async () => {
    const genuine = await jsonOf(await answerTo(await byKey({ aud: 'https://other.test/' })));
    expect(genuine.body.error_description).toContain('aud');
    const forged = await jsonOf(
      await answerTo(await byHmac({ aud: 'https://other.test/' }, 'by-hmac', `${SECRET}!`)),
    );
    expect(forged.body.error_description).toBe('Client authentication failed.');
  });

  test('C10: guesses at the secret of a client_secret_jwt are slowed down like others; whoever knows it goes on elsewhere', async () => {
    const statuses: number[] = [];
    for (let guess = 0; guess < 30; guess += 1)
      statuses.push(await ask(await byHmac({}, 'guessed', `${SECRET}${guess}`)));
    expect(statuses.slice(0, 20)).toEqual(Array(20).fill(401));
    expect(statuses.slice(-5)).toEqual(Array(5).fill(429));
    // Neither the name beside the assertion nor the right secret gets around it from there.
    expect(await ask(await byHmac({}, 'guessed'), { client_id: 'guessed' })).toBe(429);
    expect(await ask(await byHmac({}, 'guessed'))).toBe(429);
    expect(await ask(await byHmac())).toBe(200);
    op.clock.advance(15 * 60_000);
    expect(await ask(await byHmac({}, 'guessed'))).toBe(200);
  });

  test('that is expired, or repeated, is no guess: a wrong clock locks nobody out', async () => {
    for (let time = 0; time < 30; time += 1)
      expect(await ask(await byHmac({ expiresInSeconds: -60 }, 'guessed'))).toBe(401);
    expect(await ask(await byHmac({}, 'guessed'))).toBe(200);
  });

  test('security.md 84: the public key as an HMAC secret is refused', async () => {
    const jwk = JSON.stringify(await exportJWK(publicKey));
    const forged = assertion('by-key').setProtectedHeader({ alg: 'HS256', kid: 'k1' });
    expect(await ask(await forged.sign(new TextEncoder().encode(jwk)))).toBe(401);
  });

  test('of a stranger’s key under the registered kid is refused', async () => {
    const stranger = await generateKeyPair('ES256');
    const forged = assertion('by-key').setProtectedHeader({ alg: 'ES256', kid: 'k1' });
    expect(await ask(await forged.sign(stranger.privateKey))).toBe(401);
  });

  test('H01: alg none is refused, however it is spelled', async () => {
    const [, payload] = (await byKey()).split('.');
    for (const alg of ['none', 'None', 'NONE']) {
      const header = Buffer.from(JSON.stringify({ alg })).toString('base64url');
      expect(await ask(`${header}.${payload}.`)).toBe(401);
    }
  });

  test('security.md 19: beside a secret it is refused as a second method', async () => {
    expect(await ask(await byKey(), { client_id: 'by-key', client_secret: 'also' })).toBe(400);
  });

  test('security.md 19: of a client registered for a secret is refused, and a secret of one registered for keys', async () => {
    const desk = assertion('conf-c').setProtectedHeader({ alg: 'HS256' });
    expect(
      await ask(await desk.sign(new TextEncoder().encode('a-secret-of-the-desk-that-is-long-enough'))),
    ).toBe(401);
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'by-hmac',
      client_secret: SECRET,
    });
    expect((await fetch(`${op.issuer}oauth/token`, { method: 'POST', body })).status).toBe(401);
  });
});

/** Last: it ends the server, so that what was recorded is written. */
test('the record tells apart what was wrong with an assertion', async () => {
  const asked: [string, string, number][] = [];
  for (const [name, reason, make] of refused) {
    op.clock.advance(2_000);
    asked.push([name, reason, op.clock.now()]);
    expect(await ask(await make())).toBe(401);
  }
  op.clock.advance(2_000);
  const repeated = await byKey();
  await ask(repeated);
  asked.push(['used again', 'assertion-replayed', op.clock.now()]);
  expect(await ask(repeated)).toBe(401);
  await op.server.close();
  const events = await op.store.findEvents({ after: 0, since: asked[0]?.[2] ?? 0, atMost: 10_000 });
  const found = asked.map(([name, , at]) => [
    name,
    events.filter((event) => event.at === at && event.name === 'client.refused').map(({ reason }) => reason),
  ]);
  expect(found).toEqual(asked.map(([name, reason]) => [name, [reason]]));
});
