import { generateKeyPairSync } from 'node:crypto';
import * as six from 'openid-client';
import * as five from 'openid-client-5';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeCertificate, trustHere } from '../rig/certificate.js';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { browserWithSession, claimsOf, isAlive } from '../rig/session.js';
import { tenantFile } from '../rig/tenant.js';

/** The published openid-client 5.7.1 and 6.8 with `offline_access`. */
const SECRET = 'a-secret-of-the-desk-that-is-long-enough';
const CALLBACK = 'https://desk.test/cb';
const SCOPE = 'openid email offline_access';

/** Who asks: with a secret, with a secret and tokens that do not rotate, and without. */
type ClientId = 'desk' | 'desk-keeps' | 'pilot';

interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly idToken: string;
  readonly tokenType: string;
  readonly scope: string;
}

/** What both majors can do, after discovery. */
interface RelyingParty {
  signIn(): Promise<Tokens>;
  refresh(refreshToken: string, scope?: string): Promise<Tokens>;
  revoke(refreshToken: string): Promise<void>;
  userinfo(tokens: Tokens): Promise<object>;
}

/** @param isBound whether its tokens are bound to a key of its own, by DPoP. */
type Connect = (
  op: Deployment,
  clientId: ClientId,
  options?: { readonly isBound: boolean },
) => Promise<RelyingParty>;

/** Where the browser of somebody who is signed in ends. */
async function visit(op: Deployment, url: string): Promise<string> {
  const browser = await browserWithSession(op);
  return (await browser.visit(url)).url;
}

const connect5: Connect = async (op, clientId, { isBound } = { isBound: false }) => {
  // Its own limit of 3.5 s is short for a machine with much to do.
  five.custom.setHttpOptionsDefaults({ timeout: 20_000 });
  const issuer = await five.Issuer.discover(op.issuer);
  const client = new issuer.Client({
    client_id: clientId,
    redirect_uris: [CALLBACK],
    ...(clientId === 'pilot' ? { token_endpoint_auth_method: 'none' } : { client_secret: SECRET }),
  });
  const proof = isBound ? { DPoP: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey } : undefined;
  const tokensOf = (set: five.TokenSet): Tokens => ({
    accessToken: set.access_token ?? '',
    refreshToken: set.refresh_token ?? '',
    idToken: set.id_token ?? '',
    tokenType: set.token_type ?? '',
    scope: set.scope ?? '',
  });
  return {
    signIn: async () => {
      const { generators } = five;
      const verifier = generators.codeVerifier();
      const checks = { state: generators.state(), nonce: generators.nonce() };
      const url = client.authorizationUrl({
        scope: SCOPE,
        ...checks,
        code_challenge: generators.codeChallenge(verifier),
        code_challenge_method: 'S256',
      });
      const answer = client.callbackParams(await visit(op, url));
      return tokensOf(
        await client.callback(CALLBACK, answer, { ...checks, code_verifier: verifier }, { ...proof }),
      );
    },
    refresh: async (refreshToken, scope) =>
      tokensOf(await client.refresh(refreshToken, { ...(scope && { exchangeBody: { scope } }), ...proof })),
    revoke: (refreshToken) => client.revoke(refreshToken, 'refresh_token'),
    userinfo: ({ accessToken }) => client.userinfo(accessToken, { ...proof }),
  };
};

const connect6: Connect = async (op, clientId, { isBound } = { isBound: false }) => {
  const authentication = clientId === 'pilot' ? six.None() : six.ClientSecretBasic(SECRET);
  const config = await six.discovery(new URL(op.issuer), clientId, undefined, authentication);
  const proof = isBound ? { DPoP: six.getDPoPHandle(config, await six.randomDPoPKeyPair()) } : undefined;
  const tokensOf = (answer: six.TokenEndpointResponse): Tokens => ({
    accessToken: answer.access_token,
    refreshToken: answer.refresh_token ?? '',
    idToken: answer.id_token ?? '',
    tokenType: answer.token_type,
    scope: answer.scope ?? '',
  });
  return {
    signIn: async () => {
      const verifier = six.randomPKCECodeVerifier();
      const [state, nonce] = [six.randomState(), six.randomNonce()];
      const url = six.buildAuthorizationUrl(config, {
        redirect_uri: CALLBACK,
        scope: SCOPE,
        state,
        nonce,
        code_challenge: await six.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      });
      const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce };
      const answer = new URL(await visit(op, url.href));
      return tokensOf(await six.authorizationCodeGrant(config, answer, checks, undefined, proof));
    },
    refresh: async (refreshToken, scope) =>
      tokensOf(await six.refreshTokenGrant(config, refreshToken, scope ? { scope } : undefined, proof)),
    revoke: (refreshToken) => six.tokenRevocation(config, refreshToken, { token_type_hint: 'refresh_token' }),
    userinfo: ({ accessToken }) => six.fetchUserInfo(config, accessToken, 'auth0|mira', proof),
  };
};

let op: Deployment;

beforeAll(async () => {
  const tls = await makeCertificate();
  trustHere(tls);
  const file = tenantFile();
  const desk = {
    app_type: 'regular_web',
    client_secret: SECRET,
    token_endpoint_auth_method: 'client_secret_basic',
    callbacks: [CALLBACK],
  };
  file.clients.push(
    { ...desk, client_id: 'desk', name: 'Desk' },
    {
      ...desk,
      client_id: 'desk-keeps',
      name: 'Desk that keeps its token',
      refresh_token: { rotation_type: 'non-rotating' },
    },
    { client_id: 'pilot', name: 'Pilot', app_type: 'native', callbacks: [CALLBACK] },
  );
  op = await startDeployment({ tenantFile: file, realTime: true, tls });
});

afterAll(() => op.stop());

const REFUSED = { error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' };

describe.each([
  ['openid-client 5.7', connect5],
  ['openid-client 6.8', connect6],
])('%s', (_, connect) => {
  test('refreshes twice: each time another refresh token, and an ID token of the same sign-in', async () => {
    const party = await connect(op, 'desk');
    const signedIn = await party.signIn();
    const first = await party.refresh(signedIn.refreshToken);
    const second = await party.refresh(first.refreshToken);
    const given = [signedIn, first, second];
    expect(new Set(given.map(({ refreshToken }) => refreshToken)).size).toBe(3);
    expect(new Set(given.map(({ accessToken }) => accessToken)).size).toBe(3);
    const { sub, sid, auth_time } = claimsOf(signedIn.idToken);
    for (const { idToken, scope } of [first, second]) {
      expect(scope).toBe(SCOPE);
      expect(claimsOf(idToken)).toMatchObject({ sub, sid, auth_time });
      expect(claimsOf(idToken)).not.toHaveProperty('nonce');
    }
  });

  test('a client whose tokens do not rotate keeps its own, and is given it each time', async () => {
    const party = await connect(op, 'desk-keeps');
    const { refreshToken } = await party.signIn();
    for (let times = 0; times < 3; times += 1) {
      expect(await party.refresh(refreshToken)).toMatchObject({ refreshToken, scope: SCOPE });
    }
  });

  test('asks for less, and for all of it again', async () => {
    const party = await connect(op, 'desk');
    const { refreshToken } = await party.signIn();
    const less = await party.refresh(refreshToken, 'openid');
    expect(less.scope).toBe('openid');
    expect(await party.refresh(less.refreshToken)).toMatchObject({ scope: SCOPE });
  });

  test('asks for more, is refused, and has lost nothing', async () => {
    const party = await connect(op, 'desk');
    const { refreshToken } = await party.signIn();
    await expect(party.refresh(refreshToken, 'openid phone')).rejects.toMatchObject({
      error: 'invalid_scope',
    });
    expect(await party.refresh(refreshToken)).toMatchObject({ scope: SCOPE });
  });

  test('an old refresh token is invalid_grant, and so is the newest after it', async () => {
    const party = await connect(op, 'desk');
    const { refreshToken } = await party.signIn();
    const first = await party.refresh(refreshToken);
    const second = await party.refresh(first.refreshToken);
    await expect(party.refresh(refreshToken)).rejects.toMatchObject(REFUSED);
    await expect(party.refresh(second.refreshToken)).rejects.toMatchObject(REFUSED);
  });

  test('revocation takes the refresh token and its access tokens, and a second time is no error', async () => {
    const party = await connect(op, 'desk');
    const signedIn = await party.signIn();
    const refreshed = await party.refresh(signedIn.refreshToken);
    expect(await party.userinfo(refreshed)).toMatchObject({ sub: 'auth0|mira' });
    await party.revoke(refreshed.refreshToken);
    expect(await isAlive(op, signedIn.accessToken)).toBe(false);
    expect(await isAlive(op, refreshed.accessToken)).toBe(false);
    await expect(party.refresh(refreshed.refreshToken)).rejects.toMatchObject(REFUSED);
    await party.revoke(refreshed.refreshToken);
  });

  test('DPoP: a client without a secret binds its tokens to a key, and refreshes with it', async () => {
    const party = await connect(op, 'pilot', { isBound: true });
    const signedIn = await party.signIn();
    const first = await party.refresh(signedIn.refreshToken);
    const second = await party.refresh(first.refreshToken);
    for (const tokens of [signedIn, first, second]) {
      expect(tokens.tokenType.toLowerCase()).toBe('dpop');
      expect(claimsOf(tokens.accessToken).cnf).toEqual(claimsOf(signedIn.accessToken).cnf);
    }
    expect(await party.userinfo(second)).toMatchObject({ sub: 'auth0|mira' });
  });

  test('DPoP: without the key, or with another, the refresh token is worth nothing, and its owner loses nothing', async () => {
    const party = await connect(op, 'pilot', { isBound: true });
    const { refreshToken } = await party.signIn();
    const bare = await connect(op, 'pilot');
    const other = await connect(op, 'pilot', { isBound: true });
    await expect(bare.refresh(refreshToken)).rejects.toMatchObject(REFUSED);
    await expect(other.refresh(refreshToken)).rejects.toMatchObject(REFUSED);
    expect(await party.refresh(refreshToken)).toMatchObject({ scope: SCOPE });
  });

  test('DPoP: with a clock that is six minutes wrong, a nonce is demanded and given', async () => {
    const party = await connect(op, 'pilot', { isBound: true });
    const { refreshToken } = await party.signIn();
    op.clock.advance(6 * 60_000);
    const next = await party.refresh(refreshToken);
    op.clock.advance(-6 * 60_000);
    expect(next.tokenType.toLowerCase()).toBe('dpop');
    expect(next.refreshToken).not.toBe(refreshToken);
  });
});
