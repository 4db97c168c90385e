import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import type { HttpBrowser } from '../rig/http-browser.js';
import {
  clientFile,
  DEAD,
  eventsOf,
  exchangeFor,
  familyOf,
  isActive,
  OFFLINE,
  PARTIES,
  type PartyName,
  post,
  refresh,
  refreshTenant,
  refreshTokensFor,
  unchangedSettings,
} from '../rig/refresh.js';
import { codeFor } from '../rig/requests.js';
import { browserWithSession, claimsOf, isAlive } from '../rig/session.js';
import { API } from '../rig/tenant.js';

let op: Deployment;
let browser: HttpBrowser;
beforeAll(async () => {
  op = await startDeployment({ tenantFile: refreshTenant() });
});
afterEach(() => op.load(unchangedSettings()));
afterAll(() => op.stop());

let users = 0;
/** Somebody of whom no other test knows. */
async function somebody(): Promise<string> {
  users += 1;
  const userId = `auth0|u${users}`;
  const { store, clock } = op;
  const template = await store.findUser('auth0|mira');
  if (template === null) throw new Error('no Mira');
  const user = { ...template, userId, email: `u${users}@harbour.example`, username: null };
  await store.createUser({ user, identifierKeys: [userId] }, []);
  clock.advance(1_000);
  return userId;
}

const READS = { audience: API, scope: `${OFFLINE} read:berths` };

/** A family that was used once, with the access tokens of both answers. */
async function start(userId: string, clientId: PartyName = 'spa-a') {
  browser = await browserWithSession(op, userId);
  const first = await refreshTokensFor(op, browser, clientId, READS);
  const { body } = await refresh(op, first.refresh_token, {}, clientId);
  op.clock.advance(1_000);
  const sid = String(claimsOf(first.access_token).sid);
  return { token: body.refresh_token, accessTokens: [first.access_token, body.access_token], sid };
}

async function expectAlive(accessTokens: readonly string[], alive: boolean): Promise<void> {
  for (const token of accessTokens) {
    expect(await isAlive(op, token)).toBe(alive);
    expect(await isActive(op, token)).toBe(alive);
  }
}

describe('security.md 29, E06, E16: what ends it, seen at its next use', () => {
  test('E06 its session ended: the tokens are dead at userinfo and introspection', async () => {
    const { token, accessTokens, sid } = await start(await somebody());
    await expectAlive(accessTokens, true);
    await op.store.endSession({ sid, reason: 'signed-out', now: op.clock.now(), events: [] });
    await expectAlive(accessTokens, false);
    expect(await refresh(op, token)).toMatchObject(DEAD);
  });

  test('the End-User signed out by the page that the SDK goes to', async () => {
    const { token, accessTokens } = await start(await somebody());
    const page = await browser.visit(`${op.issuer}v2/logout?client_id=spa-a`, { referer: 'https://a.test/' });
    expect(page.status).toBe(200);
    await expectAlive(accessTokens, false);
    expect(await refresh(op, token)).toMatchObject(DEAD);
  });

  test('another password: every family of the End-User, whatever it outlives', async () => {
    await op.load(clientFile('conf-c', { refresh_token: { sojourn: { outlives: 'end' } } }));
    const userId = await somebody();
    const first = await start(userId);
    const second = await start(userId, 'conf-c');
    const other = await start(await somebody());
    const now = op.clock.now();
    await op.store.changePassword({ userId, passwordHash: 'another', now, events: [] });
    expect(await refresh(op, first.token)).toMatchObject(DEAD);
    expect(await refresh(op, second.token, {}, 'conf-c')).toMatchObject(DEAD);
    await expectAlive([...first.accessTokens, ...second.accessTokens], false);
    expect((await refresh(op, other.token)).status).toBe(200);
  });

  test('the same password loaded again ends nothing', async () => {
    const { token } = await start('auth0|mira');
    await op.load(refreshTenant());
    expect((await refresh(op, token)).status).toBe(200);
  });

  test('blocked: told in the words that SDKs sign out at; unblocked, nothing of before lives', async () => {
    const userId = await somebody();
    const { token, accessTokens } = await start(userId);
    const change = { userId, now: op.clock.now(), events: [] };
    await op.store.blockUser({ ...change, blocked: true });
    expect(await refresh(op, token)).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant', error_description: 'user is blocked' },
    });
    await expectAlive(accessTokens, false);
    await op.store.blockUser({ ...change, now: op.clock.now() + 1, blocked: false });
    expect(await refresh(op, token)).toMatchObject(DEAD);
    await expectAlive(accessTokens, false);
  });

  test('the client disabled: unknown; enabled again, everything of before stays dead', async () => {
    const { token, accessTokens } = await start(await somebody());
    const other = await start(await somebody(), 'conf-c');
    const { code, verifier } = await codeFor(op, browser, { scope: OFFLINE });
    op.clock.advance(1_000);
    await op.load(clientFile('spa-a', { sojourn: { attach: true, disabled: true } }));
    const refused = await refresh(op, token, {}, 'spa-a', { origin: '', 'sec-fetch-mode': '' });
    expect(refused.status).toBeGreaterThanOrEqual(400);
    expect(refused.status).toBeLessThan(404);
    await expectAlive(accessTokens, false);
    await op.load(unchangedSettings());
    op.clock.advance(1_000);
    expect(await refresh(op, token)).toMatchObject(DEAD);
    await expectAlive(accessTokens, false);
    // C07: a code of before as well.
    const { fields, headers, redirectUri } = PARTIES['spa-a'];
    const exchange = { ...fields, grant_type: 'authorization_code', code, code_verifier: verifier };
    const answer = await post(op, 'oauth/token', { ...exchange, redirect_uri: redirectUri }, headers);
    expect([answer.status, JSON.parse(answer.text).error]).toEqual([400, 'invalid_grant']);
    // What comes after lives, and what is another's did all the time.
    const fresh = await start(await somebody());
    expect((await refresh(op, fresh.token)).status).toBe(200);
    expect((await refresh(op, other.token, {}, 'conf-c')).status).toBe(200);
  });

  test('the API allows offline access no more: refused without a trace, and good again once it does', async () => {
    const { token, accessTokens } = await start(await somebody());
    const [accessToken = ''] = accessTokens;
    const { family } = await familyOf(op, accessToken);
    const file = refreshTenant();
    const closed = file.resourceServers.map((api) => ({ ...api, allow_offline_access: false }));
    await op.load({ resourceServers: closed });
    op.clock.advance(60_000);
    expect(await refresh(op, token)).toMatchObject(DEAD);
    expect((await familyOf(op, accessToken)).family).toEqual(family);
    // The access token was for the API, and the API is there.
    await expectAlive(accessTokens, true);
    await op.load(file);
    expect((await refresh(op, token)).status).toBe(200);
  });

  test('consent withdrawn: all of that client and End-User, and nothing else', async () => {
    const userId = await somebody();
    const { token, accessTokens } = await start(userId);
    const other = await start(userId, 'conf-c');
    const end = { userId, clientId: 'spa-a', reason: 'consent-withdrawn', now: op.clock.now() } as const;
    await op.store.endAuthorizations({ ...end, withdrawsConsent: true, events: [] });
    expect(await refresh(op, token)).toMatchObject(DEAD);
    await expectAlive(accessTokens, false);
    expect((await refresh(op, other.token, {}, 'conf-c')).status).toBe(200);
    await expectAlive(other.accessTokens, true);
  });

  test('security.md 12: its code used twice kills it, and the access tokens that it gave since', async () => {
    const fresh = await browserWithSession(op, await somebody());
    const { tokens, exchange } = await exchangeFor(op, fresh, 'spa-a', READS);
    const { body } = await refresh(op, tokens.refresh_token);
    const again = await post(op, 'oauth/token', { ...exchange }, PARTIES['spa-a'].headers);
    expect([again.status, JSON.parse(again.text).error]).toEqual([400, 'invalid_grant']);
    await expectAlive([tokens.access_token, body.access_token], false);
    expect(await refresh(op, body.refresh_token)).toMatchObject(DEAD);
    const events = await eventsOf(op, String(claimsOf(body.access_token).sid));
    expect(events).toContain('code.replayed');
  });

  test('deleted from the registration of grants, it waits', async () => {
    const { token } = await start(await somebody());
    await op.load(clientFile('spa-a', { grant_types: ['authorization_code'] }));
    expect(await refresh(op, token)).toMatchObject({ status: 400, body: { error: 'unauthorized_client' } });
    await op.load(unchangedSettings());
    expect((await refresh(op, token)).status).toBe(200);
  });
});

describe('D13 what changed about the End-User', () => {
  test('is in the next ID token', async () => {
    const userId = await somebody();
    const { token } = await start(userId);
    const user = await op.store.findUser(userId);
    if (user === null) throw new Error('nobody');
    const changed = {
      ...user,
      email: 'new@harbour.example',
      emailVerified: true,
      claims: { name: 'New Name' },
    };
    await op.store.updateUser({ user: changed, identifierKeys: [`new ${userId}`] }, op.clock.now());
    const { body } = await refresh(op, token);
    expect(claimsOf(body.id_token)).toMatchObject({
      sub: userId,
      email: 'new@harbour.example',
      email_verified: true,
      name: 'New Name',
    });
  });
});

describe('E07 a sign-out and refreshes at once', () => {
  test('whatever was answered, nothing of the session lives afterwards', async () => {
    const userId = await somebody();
    for (let round = 0; round < 25; round += 1) {
      const { token, accessTokens, sid } = await start(userId);
      const end = () => op.store.endSession({ sid, reason: 'signed-out', now: op.clock.now(), events: [] });
      const answers = await Promise.all([
        refresh(op, token),
        refresh(op, token),
        end(),
        refresh(op, token),
        codeFor(op, browser, { scope: OFFLINE }).catch(() => null),
      ]);
      const given = answers.flatMap((answer) =>
        answer !== null && 'body' in answer && answer.status === 200 ? [answer.body] : [],
      );
      for (const { refresh_token } of given) expect(await refresh(op, refresh_token)).toMatchObject(DEAD);
      await expectAlive([...accessTokens, ...given.map(({ access_token }) => access_token)], false);
    }
  });
});
