import { createHash, randomUUID } from 'node:crypto';
import {
  type AuthorizationServer,
  createAuthorizationServer,
  type HttpRequest,
  type HttpResponse,
} from '@sojourn/server';
import { calculateJwkThumbprint, exportJWK, SignJWT } from 'jose';
import * as oauth from 'oauth4webapi';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import type { HttpBrowser } from '../rig/http-browser.js';
import { type Answer, httpRequest } from '../rig/http-request.js';
import { codeFor, PAGE_OF_A, tokensFor } from '../rig/requests.js';
import { browserWithSession, claimsOf } from '../rig/session.js';
import { API, tenantFile } from '../rig/tenant.js';

/** An independent client, strict by design: plain http is the only thing it is told to overlook. */
const INSECURE = { [oauth.allowInsecureRequests]: true };
const GUARD = { client_id: 'api-guard', client_secret: 'a-secret-of-the-guard-of-the-api-enough' };
const SPA: oauth.Client = { client_id: 'spa-a', id_token_signed_response_alg: 'RS256' };
const REDIRECT_URI = 'https://a.test/cb';

let op: Deployment;
let browser: HttpBrowser;
let server: oauth.AuthorizationServer;
let own: CryptoKeyPair;
let other: CryptoKeyPair;

beforeAll(async () => {
  const file = tenantFile();
  const shop = file.clients.find(({ client_id }) => client_id === 'spa-a');
  if (shop !== undefined) shop.grant_types = ['authorization_code', 'refresh_token'];
  const api = file.resourceServers.find(({ identifier }) => identifier === API);
  // RFC 9068 §2.1, which the library's resource server asks for.
  Object.assign(api ?? {}, { allow_offline_access: true, token_dialect: 'rfc9068_profile' });
  file.clients.push({
    ...GUARD,
    name: 'API guard',
    app_type: 'non_interactive',
    grant_types: [],
    sojourn: { resource_server: API },
  });
  // The client makes proofs by its own clock.
  op = await startDeployment({ tenantFile: file, realTime: true });
  browser = await browserWithSession(op);
  const issuer = new URL(op.issuer);
  server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, INSECURE));
  own = await oauth.generateKeyPair('ES256');
  other = await oauth.generateKeyPair('ES256');
});
afterAll(() => op.stop());

interface Proof {
  readonly htm?: string;
  readonly htu?: string;
  readonly iat?: number;
  readonly jti?: string;
  readonly nonce?: string;
  /** The token whose hash it holds. */
  readonly accessToken?: string;
  readonly keys?: CryptoKeyPair;
}

/** A proof made by hand, so that it may also be a wrong one. */
async function proofOf({ accessToken, keys = own, ...claims }: Proof = {}): Promise<string> {
  const jwk = await exportJWK(keys.publicKey);
  return new SignJWT({
    htm: 'GET',
    htu: `${op.issuer}userinfo`,
    jti: randomUUID(),
    iat: Math.floor(op.clock.now() / 1000),
    ...claims,
    ...(accessToken !== undefined && {
      ath: createHash('sha256').update(accessToken).digest('base64url'),
    }),
  })
    .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk })
    .sign(keys.privateKey);
}

/** Sends a request of oauth4webapi, and again where it is asked for a nonce, as its documentation shows. */
async function withNonce<T>(attempt: () => Promise<T>): Promise<T> {
  return attempt().catch((error: unknown) => {
    if (!oauth.isDPoPNonceError(error)) throw error;
    return attempt();
  });
}

/** The code flow of spa-a with proofs. */
async function boundTokens(
  DPoP: oauth.DPoPHandle,
  overrides: Record<string, string> = {},
): Promise<oauth.TokenEndpointResponse> {
  const { code, state, nonce, verifier } = await codeFor(op, browser, overrides);
  const answer = new URLSearchParams({ code, state, iss: op.issuer });
  const validated = oauth.validateAuthResponse(server, SPA, answer, state);
  return withNonce(async () =>
    oauth.processAuthorizationCodeResponse(
      server,
      SPA,
      await oauth.authorizationCodeGrantRequest(
        server,
        SPA,
        oauth.None(),
        validated,
        REDIRECT_URI,
        verifier,
        { DPoP, ...INSECURE },
      ),
      { expectedNonce: nonce },
    ),
  );
}

const boundToken = async () => (await boundTokens(oauth.DPoP(SPA, own))).access_token;

const userinfo = (
  headers: Record<string, string>,
  method = 'GET',
  body: string | null = null,
): Promise<Answer> => httpRequest(method, `${op.issuer}userinfo`, headers, body);

const redeemWith = (dpop: string | null, fields: Record<string, string>): Promise<Answer> =>
  httpRequest(
    'POST',
    `${op.issuer}oauth/token`,
    {
      ...PAGE_OF_A,
      'content-type': 'application/x-www-form-urlencoded',
      ...(dpop !== null && { dpop }),
    },
    new URLSearchParams({ client_id: 'spa-a', redirect_uri: REDIRECT_URI, ...fields }).toString(),
  );

/** A proof for the token endpoint, with the nonce that it asks for. */
const proofForToken = async (more: Proof = {}) =>
  proofOf({ htm: 'POST', htu: `${op.issuer}oauth/token`, nonce: await nonceOfToken(), ...more });

/** The nonce that a sender is told whose clock is three minutes wrong. */
async function nonceOfToken(): Promise<string> {
  const iat = Math.floor(op.clock.now() / 1000) - 180;
  const proof = await proofOf({ htm: 'POST', htu: `${op.issuer}oauth/token`, iat });
  const asked = await redeemWith(proof, { grant_type: 'authorization_code' });
  expect([asked.status, JSON.parse(asked.text).error]).toEqual([400, 'use_dpop_nonce']);
  return asked.headers.get('dpop-nonce') ?? '';
}

const challengeOf = ({ headers }: Answer) => headers.get('www-authenticate') ?? '';

test('RFC 9449 §5.1: discovery names the algorithms of proofs, all of them with public keys', () => {
  expect(server.dpop_signing_alg_values_supported).toEqual(
    expect.arrayContaining(['ES256', 'RS256', 'PS256', 'EdDSA', 'Ed25519']),
  );
  for (const alg of server.dpop_signing_alg_values_supported ?? []) expect(alg).not.toMatch(/^HS|none/i);
});

describe('RFC 9449 with oauth4webapi', () => {
  test.each(['ES256', 'PS256', 'RS256', 'Ed25519'])(
    '%s: tokens are bound to the key, and userinfo takes them with it',
    async (alg) => {
      const keys = await oauth.generateKeyPair(alg);
      const DPoP = oauth.DPoP(SPA, keys);
      const tokens = await boundTokens(DPoP);
      expect(tokens.token_type).toBe('dpop');
      const jkt = await calculateJwkThumbprint(await exportJWK(keys.publicKey));
      expect(claimsOf(tokens.access_token).cnf).toEqual({ jkt });
      const response = await oauth.userInfoRequest(server, SPA, tokens.access_token, { DPoP, ...INSECURE });
      const told = await oauth.processUserInfoResponse(server, SPA, 'auth0|mira', response);
      expect(told.name).toBe('Mira Lind');
    },
  );

  test('§6.2: a resource server takes the bound token with its proof, and only so', async () => {
    const DPoP = oauth.DPoP(SPA, own);
    const { access_token } = await boundTokens(DPoP, { audience: API, scope: 'openid read:berths' });
    const asked = async (authorization: string, dpop?: string) =>
      oauth.validateJwtAccessToken(
        server,
        new Request(API, { headers: { authorization, ...(dpop !== undefined && { dpop }) } }),
        API,
        INSECURE,
      );
    const proof = await proofOf({ htu: API, accessToken: access_token });
    expect(await asked(`DPoP ${access_token}`, proof)).toMatchObject({ client_id: 'spa-a' });
    await expect(asked(`Bearer ${access_token}`)).rejects.toThrow();
  });

  test.each([-180, 180])('§8: a client whose clock is %i s wrong gets in by the nonce', async (skew) => {
    // Its clock would also judge ID tokens, which is another matter.
    const { access_token } = await boundTokens(oauth.DPoP(SPA, own));
    const client = { ...SPA, [oauth.clockSkew]: skew };
    const DPoP = oauth.DPoP(client, own);
    const response = await withNonce(async () => {
      const answer = await oauth.userInfoRequest(server, client, access_token, { DPoP, ...INSECURE });
      return oauth.processUserInfoResponse(server, client, 'auth0|mira', answer);
    });
    expect(response.sub).toBe('auth0|mira');
  });
});

describe('H10: a bound token at userinfo', () => {
  test('with its proof, by GET and POST, under the scheme in any case', async () => {
    const accessToken = await boundToken();
    for (const [method, scheme] of [
      ['GET', 'DPoP'],
      ['GET', 'dpop'],
      ['POST', 'DPOP'],
    ] as const) {
      const dpop = await proofOf({ htm: method, accessToken });
      const { status, text } = await userinfo({ authorization: `${scheme} ${accessToken}`, dpop }, method);
      expect([status, JSON.parse(text).sub]).toEqual([200, 'auth0|mira']);
    }
  });

  test('§7.2: as Bearer, by header, form or query, with or without a proof, is refused', async () => {
    const accessToken = await boundToken();
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const dpop = await proofOf({ accessToken });
    const dpopOfPost = await proofOf({ htm: 'POST', accessToken });
    for (const answer of [
      await userinfo({ authorization: `Bearer ${accessToken}` }),
      await userinfo({ authorization: `Bearer ${accessToken}`, dpop }),
      await userinfo(form, 'POST', `access_token=${accessToken}`),
      await httpRequest('GET', `${op.issuer}userinfo?access_token=${accessToken}`),
      await httpRequest('GET', `${op.issuer}userinfo?access_token=${accessToken}`, { dpop }),
      await userinfo({ ...form, dpop: dpopOfPost }, 'POST', `access_token=${accessToken}`),
    ]) {
      expect(answer.status).toBe(401);
      expect(challengeOf(answer)).toMatch(/^DPoP .*error="invalid_token".*algs="ES256 [^"]+"/);
      expect(answer.text).not.toContain('mira');
    }
    // The proof was not looked at.
    expect((await userinfo({ authorization: `DPoP ${accessToken}`, dpop })).status).toBe(200);
  });

  test('RFC 6750 §2: by two methods is refused', async () => {
    const accessToken = await boundToken();
    const dpop = await proofOf({ htm: 'POST', accessToken });
    const headers = {
      authorization: `DPoP ${accessToken}`,
      dpop,
      'content-type': 'application/x-www-form-urlencoded',
    };
    expect((await userinfo(headers, 'POST', `access_token=${accessToken}`)).status).toBe(400);
  });

  test.each<[string, (accessToken: string) => Promise<string | null>]>([
    ['without a proof', async () => null],
    ['with no JWT', async () => 'proof'],
    [
      'with two proofs',
      async (accessToken) => `${await proofOf({ accessToken })}, ${await proofOf({ accessToken })}`,
    ],
    ['with a proof of another method', (accessToken) => proofOf({ accessToken, htm: 'POST' })],
    [
      'with a proof for another address',
      (accessToken) => proofOf({ accessToken, htu: `${op.issuer}oauth/token` }),
    ],
    [
      'with a proof for the address it was sent to',
      (accessToken) => proofOf({ accessToken, htu: 'http://evil.test/userinfo' }),
    ],
    ['with a proof for another token', () => proofOf({ accessToken: 'another' })],
    ['with a proof for no token', () => proofOf()],
    [
      'with a proof of an hour ago',
      (accessToken) => proofOf({ accessToken, iat: op.clock.now() / 1000 - 3_600 }),
    ],
  ])('%s is refused, and the next request with a good one works', async (_name, make) => {
    const accessToken = await boundToken();
    const dpop = await make(accessToken);
    const authorization = `DPoP ${accessToken}`;
    const refused = await userinfo({ authorization, host: 'evil.test', ...(dpop !== null && { dpop }) });
    expect(refused.status).toBe(401);
    expect(challengeOf(refused)).toMatch(/^DPoP .*error="invalid_dpop_proof".*algs="ES256 [^"]+"/);
    expect(refused.headers.get('dpop-nonce')).toBeNull();
    const good = await userinfo({ authorization, dpop: await proofOf({ accessToken }) });
    expect(good.status).toBe(200);
  });

  test('with another key’s proof is refused', async () => {
    const accessToken = await boundToken();
    const dpop = await proofOf({ accessToken, keys: other });
    const answer = await userinfo({ authorization: `DPoP ${accessToken}`, dpop });
    expect(answer.status).toBe(401);
    expect(challengeOf(answer)).toMatch(/^DPoP .*error="invalid_token"/);
  });

  test('a jti counts once, on whichever of two nodes', async () => {
    const second: AuthorizationServer = await createAuthorizationServer({
      issuer: op.issuer,
      store: op.store,
      secrets: op.secrets,
      clock: op.clock.now,
      log: () => {},
    });
    try {
      const accessToken = await boundToken();
      for (const firstAt of ['first node', 'second node']) {
        const headers = { authorization: `DPoP ${accessToken}`, dpop: await proofOf({ accessToken }) };
        const byHand = async () =>
          ((await second.handle(toRequest('userinfo', headers))) as HttpResponse).status;
        const byWire = async () => (await userinfo(headers)).status;
        const inTurn = firstAt === 'first node' ? [byWire, byHand] : [byHand, byWire];
        expect([await inTurn[0]?.(), await inTurn[1]?.(), await byWire()]).toEqual([200, 401, 401]);
      }
    } finally {
      await second.close();
    }
  });

  test('a token that is bound to no key gains nothing by a proof', async () => {
    const { access_token: accessToken } = await tokensFor(op, browser);
    const dpop = await proofOf({ accessToken });
    const answer = await userinfo({ authorization: `DPoP ${accessToken}`, dpop });
    expect(answer.status).toBe(401);
    expect(challengeOf(answer)).toMatch(/^DPoP .*error="invalid_token"/);
    expect((await userinfo({ authorization: `Bearer ${accessToken}` })).status).toBe(200);
  });

  test('§8: a clock three minutes wrong is told the nonce, which a page can read', async () => {
    const accessToken = await boundToken();
    const iat = Math.floor(op.clock.now() / 1000) - 180;
    const authorization = `DPoP ${accessToken}`;
    const asked = await userinfo({ ...PAGE_OF_A, authorization, dpop: await proofOf({ accessToken, iat }) });
    expect(asked.status).toBe(401);
    expect(challengeOf(asked)).toMatch(/^DPoP .*error="use_dpop_nonce"/);
    expect(asked.headers.get('access-control-allow-origin')).toBe('https://a.test');
    expect(asked.headers.get('access-control-expose-headers')).toBe(
      'DPoP-Nonce, Retry-After, WWW-Authenticate',
    );
    const nonce = asked.headers.get('dpop-nonce') ?? '';
    const answered = await userinfo({ authorization, dpop: await proofOf({ accessToken, iat, nonce }) });
    expect(answered.status).toBe(200);
  });

  test('design.md 13: why it was refused is for its own client’s pages', async () => {
    const authorization = `Bearer ${await boundToken()}`;
    const seenBy = async (origin: string) =>
      (await userinfo({ ...PAGE_OF_A, origin, authorization })).headers.get('access-control-allow-origin');
    expect(await seenBy('https://a.test')).toBe('https://a.test');
    expect(await seenBy('https://b.test')).toBeNull();
  });
});

test('security.md 24: at preflight a page may send its proof', async () => {
  for (const path of ['oauth/token', 'userinfo']) {
    const { headers } = await httpRequest('OPTIONS', op.issuer + path, {
      origin: 'https://a.test',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'auth0-client,authorization,content-type,dpop',
    });
    const allowed = headers.get('access-control-allow-headers')?.toLowerCase().split(', ');
    expect(allowed).toEqual(expect.arrayContaining(['dpop', 'authorization', 'auth0-client']));
  }
});

describe('RFC 9449 §6.2: introspection', () => {
  const introspect = async (token: string) => {
    const body = new URLSearchParams({ ...GUARD, token });
    const response = await fetch(`${op.issuer}oauth/introspect`, { method: 'POST', body });
    return (await response.json()) as Record<string, unknown>;
  };

  test('tells the key that a token is bound to, so that the API can ask for its proof', async () => {
    const DPoP = oauth.DPoP(SPA, own);
    const { access_token } = await boundTokens(DPoP, { audience: API, scope: 'openid read:berths' });
    const jkt = await calculateJwkThumbprint(await exportJWK(own.publicKey));
    expect(await introspect(access_token)).toMatchObject({
      active: true,
      token_type: 'DPoP',
      cnf: { jkt },
    });
  });

  test('of a token that is bound to none says Bearer', async () => {
    const { access_token } = await tokensFor(op, browser, { audience: API, scope: 'openid read:berths' });
    const told = await introspect(access_token);
    expect(told).toMatchObject({ active: true, token_type: 'Bearer' });
    expect(told).not.toHaveProperty('cnf');
  });
});

describe('RFC 9449 §5: the token endpoint', () => {
  const code = async (overrides: Record<string, string> = {}) => {
    const { code, verifier } = await codeFor(op, browser, overrides);
    return { grant_type: 'authorization_code', code, code_verifier: verifier };
  };

  test.each<[string, () => Promise<string>]>([
    ['no JWT', async () => 'proof'],
    ['two proofs', async () => `${await proofForToken()}, ${await proofForToken()}`],
    ['a proof for userinfo', () => proofOf({ htm: 'POST' })],
    ['a proof of GET', () => proofForToken({ htm: 'GET' })],
    ['a proof of an hour ago', () => proofForToken({ iat: op.clock.now() / 1000 - 3_600 })],
  ])('%s: invalid_dpop_proof without a nonce, and the code is as it was', async (_name, make) => {
    const fields = await code();
    const refused = await redeemWith(await make(), fields);
    expect([refused.status, JSON.parse(refused.text).error]).toEqual([400, 'invalid_dpop_proof']);
    // oidc-client-ts takes any error with this header for a challenge.
    expect(refused.headers.get('dpop-nonce')).toBeNull();
    expect((await redeemWith(await proofForToken(), fields)).status).toBe(200);
  });

  test('§8: a clock three minutes wrong is told the nonce, and the same code is redeemed with it', async () => {
    const fields = await code();
    const iat = Math.floor(op.clock.now() / 1000) - 180;
    const proof = await proofOf({ htm: 'POST', htu: `${op.issuer}oauth/token`, iat });
    const asked = await redeemWith(proof, fields);
    expect([asked.status, JSON.parse(asked.text).error]).toEqual([400, 'use_dpop_nonce']);
    expect(asked.headers.get('access-control-expose-headers')).toContain('DPoP-Nonce');
    const nonce = asked.headers.get('dpop-nonce') ?? '';
    const redeemed = await redeemWith(await proofForToken({ iat, nonce }), fields);
    expect([redeemed.status, JSON.parse(redeemed.text).token_type]).toEqual([200, 'DPoP']);
  });

  test('security.md 91: a code asked for with dpop_jkt is redeemed by that key alone', async () => {
    const fields = await code({
      dpop_jkt: await calculateJwkThumbprint(await exportJWK(own.publicKey)),
    });
    expect((await redeemWith(null, fields)).status).toBe(400);
    expect((await redeemWith(await proofForToken({ keys: other }), fields)).status).toBe(400);
    const redeemed = await redeemWith(await proofForToken(), fields);
    expect([redeemed.status, JSON.parse(redeemed.text).token_type]).toEqual([200, 'DPoP']);
  });

  describe('a challenge never costs a refresh token', () => {
    const refreshTokenOfOwnKey = async () => {
      const { refresh_token: token } = await boundTokens(oauth.DPoP(SPA, own), {
        scope: 'openid offline_access',
      });
      return token ?? '';
    };
    const refresh = (refreshToken: string, dpop: string) =>
      redeemWith(dpop, { grant_type: 'refresh_token', refresh_token: refreshToken });
    const proofWithout = (more: Proof = {}) =>
      proofOf({ htm: 'POST', htu: `${op.issuer}oauth/token`, ...more });

    test('sent again because its answer was lost, a request with the same proof is challenged and keeps its token', async () => {
      const token = await refreshTokenOfOwnKey();
      const dpop = await proofWithout();
      const first = JSON.parse((await refresh(token, dpop)).text) as Record<string, unknown>;
      const again = await refresh(token, dpop);
      // The SDK's worker forgets its token at a JSON answer that has none.
      expect([again.status, JSON.parse(again.text)]).toMatchObject([
        400,
        { error: 'use_dpop_nonce', refresh_token: token },
      ]);
      const nonce = again.headers.get('dpop-nonce') ?? '';
      const answered = await refresh(token, await proofWithout({ nonce }));
      expect(JSON.parse(answered.text)).toMatchObject({ refresh_token: first.refresh_token });
    });

    test('after a lost answer and a night asleep the key brings the successor, once', async () => {
      const token = await refreshTokenOfOwnKey();
      const lost = JSON.parse((await refresh(token, await proofWithout())).text) as Record<string, unknown>;
      op.clock.advance(8 * 60 * 60_000);
      const asked = await refresh(token, await proofWithout());
      expect(JSON.parse(asked.text)).toMatchObject({ error: 'use_dpop_nonce', refresh_token: token });
      const nonce = asked.headers.get('dpop-nonce') ?? '';
      const answered = await refresh(token, await proofWithout({ nonce }));
      expect(JSON.parse(answered.text)).toMatchObject({ refresh_token: lost.refresh_token });
      const third = await refresh(token, await proofWithout({ nonce }));
      expect(JSON.parse(third.text)).toMatchObject({ error: 'invalid_grant' });
    });

    test('what is no token of the client is not said back', async () => {
      const dpop = await proofWithout();
      await refresh('made-up', dpop);
      const again = JSON.parse((await refresh('made-up', dpop)).text) as Record<string, unknown>;
      expect(again).toMatchObject({ error: 'use_dpop_nonce' });
      expect(again).not.toHaveProperty('refresh_token');
    });
  });

  test('D09, security.md 27: a refresh token is its key’s, and a wrong proof leaves it as it was', async () => {
    const first = await redeemWith(
      await proofForToken(),
      await code({ audience: API, scope: 'openid offline_access' }),
    );
    const { refresh_token } = JSON.parse(first.text) as { refresh_token: string };
    const fields = { grant_type: 'refresh_token', refresh_token };
    for (const dpop of [
      null,
      'proof',
      await proofForToken({ keys: other }),
      await proofForToken({ htm: 'GET' }),
    ])
      expect((await redeemWith(dpop, fields)).status).toBe(400);
    const renewed = await redeemWith(await proofForToken(), fields);
    const tokens = JSON.parse(renewed.text) as { access_token: string; token_type: string };
    expect([renewed.status, tokens.token_type]).toEqual([200, 'DPoP']);
    expect(claimsOf(tokens.access_token).cnf).toEqual({
      jkt: await calculateJwkThumbprint(await exportJWK(own.publicKey)),
    });
  });
});

/** A request as a listener gives it. */
function toRequest(path: string, headers: Record<string, string>): HttpRequest {
  return {
    method: 'GET',
    path: `/${path}`,
    rawQuery: '',
    header: (name) => headers[name],
    rawBody: '',
    peerAddress: '127.0.0.1',
  };
}
