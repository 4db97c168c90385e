import { setTimeout } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { buildClientEnd } from '@sojourn/server';
import { decodeProtectedHeader } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Deployment } from '../rig/deployment.js';
import { faultyStore } from '../rig/faulty-store.js';
import type { HttpBrowser } from '../rig/http-browser.js';
import { deaf, type Nodes, startNodes } from '../rig/nodes.js';
import {
  clientFile,
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
import { answerOf, authorizationRequest } from '../rig/relying-party.js';
import { askInFrame, codeFor } from '../rig/requests.js';
import { browserWithSession, claimsOf, copyOf, isAlive } from '../rig/session.js';
import { API } from '../rig/tenant.js';

const ROUNDS = 60;
const READS = { audience: API, scope: `${OFFLINE} read:berths` };
const NEW_CALLBACK = 'https://c.test/new';

/** What of M07 is judged by the database at each use: no node needs to have heard of it. */
describe('M07 what ends on one node has ended on every other at the very next request, also where it hears nothing', () => {
  let nodes: Nodes;
  beforeAll(async () => {
    nodes = await startNodes(refreshTenant(), deaf);
  });
  afterAll(() => nodes.stop());

  const ends: readonly Change[] = [
    {
      name: 'a refresh token that its client revokes',
      make: ({ first }, { refreshToken }) => revokeAt(first, refreshToken),
      reason: 'client-request',
    },
    {
      name: 'an access token that its client revokes, which is its family',
      make: ({ first }, { accessTokens }) => revokeAt(first, accessTokens.at(-1)),
      reason: 'client-request',
    },
    {
      name: 'a family that an operator revokes',
      make: async ({ first }, { sid, accessTokens }) => {
        const handleHash = String(claimsOf(accessTokens[0] ?? '').grant_id);
        const end = { key: { sid, handleHash }, reason: 'revoked', now: first.clock.now() } as const;
        expect(await first.store.revokeFamily({ ...end, events: [] })).toBe('revoked');
      },
      reason: 'revoked',
    },
    {
      name: 'a family of which an old token is used again',
      make: async ({ first }, { oldRefreshToken }) => {
        first.clock.advance(60_000);
        expect((await refresh(first, oldRefreshToken, {}, 'conf-c')).body.error).toBe('invalid_grant');
      },
      reason: 'replayed',
    },
    {
      name: 'a session whose End-User signs out',
      make: async ({ first }, { browser, idToken }) => {
        const page = await browser.visit(`${first.issuer}oidc/logout?id_token_hint=${idToken}`);
        expect(page.status).toBe(200);
      },
      reason: 'session-ended',
      silent: 'login_required',
    },
    {
      name: 'a session that an operator ends',
      make: async ({ first }, { sid }) => {
        const end = { sid, reason: 'revoked', now: first.clock.now(), events: [] } as const;
        expect(await first.store.endSession(end)).toMatchObject({ outcome: 'ended' });
      },
      reason: 'session-ended',
      silent: 'login_required',
    },
    {
      name: 'every session of an End-User',
      make: async ({ first }, { userId }) => {
        const end = { userId, reason: 'revoked', now: first.clock.now(), events: [] } as const;
        expect(await first.store.endSessionsOfUser(end)).toMatchObject({ sessions: 1 });
      },
      reason: 'account-changed',
      silent: 'login_required',
    },
    {
      name: 'all of an End-User with another password',
      make: ({ first }, { userId }) =>
        first.load({ users: [{ user_id: userId, email: emailOf(userId), password: 'other-lights-43' }] }),
      reason: 'account-changed',
      silent: 'login_required',
    },
    {
      name: 'all of an End-User who is blocked',
      make: ({ first }, { userId }) =>
        first.load({ users: [{ user_id: userId, email: emailOf(userId), blocked: true }] }),
      reason: 'user-blocked',
      silent: 'login_required',
    },
    {
      name: 'all that a client has of an End-User who withdraws consent',
      clientId: 'third-d',
      make: ({ first }, { userId }) => endAuthorizationsAt(first, userId, 'third-d', 'consent-withdrawn'),
      reason: 'consent-withdrawn',
      silent: 'consent_required',
    },
    {
      name: 'all that a client has of an End-User, whose consent stays',
      make: ({ first }, { userId }) => endAuthorizationsAt(first, userId, 'conf-c', 'revoked'),
      reason: 'revoked',
      codesEnd: true,
    },
  ];
  test.each(ends.map((change) => [change.name, change] as const))(
    '%s',
    async (_, { clientId = 'conf-c', make, reason, silent = 'code', codesEnd = silent !== 'code' }) => {
      const held = await hold(nodes.first, clientId);
      for (const node of nodes.others) expect(await standingAt(node, held)).toEqual(ALIVE);

      await make(nodes, held);
      for (const node of nodes.others) {
        expect(await standingAt(node, held)).toEqual({ ...DEAD_AT_ALL, silent });
        expect(await refresh(node, held.refreshToken, {}, clientId)).toMatchObject({
          status: 400,
          body: { error: 'invalid_grant', sojourn_reason: reason },
        });
        if (codesEnd) expect(errorOf(await exchangeAt(node, held))).toEqual(INVALID_GRANT);
      }
    },
  );
});

/**
 * design.md 10: "Hot statements return the configuration version; a mismatch reloads before answering." So whatever
 * would give something is judged by the configuration of now.
 */
describe('M07 what one node’s configuration forbids no other gives from the very next request on, also where it hears nothing', () => {
  let nodes: Nodes;
  beforeAll(async () => {
    nodes = await startNodes(refreshTenant(), deaf);
  });
  afterEach(() => restore(nodes));
  afterAll(() => nodes.stop());

  const disabled = ({ first }: Nodes) => first.load(clientFile('conf-c', { sojourn: { disabled: true } }));

  test('a disabled client: nothing for a refresh token', async () => {
    const held = await hold(nodes.first);
    await disabled(nodes);
    for (const node of nodes.others)
      expect(errorOf(await refresh(node, held.refreshToken, {}, 'conf-c'))).toEqual(INVALID_CLIENT);
  });

  test('a disabled client: nothing for a code', async () => {
    const held = await hold(nodes.first);
    await disabled(nodes);
    for (const node of nodes.others) expect(errorOf(await exchangeAt(node, held))).toEqual(INVALID_CLIENT);
  });

  test('a disabled client: no answer to prompt=none, nor anybody sent to it', async () => {
    const held = await hold(nodes.first);
    await disabled(nodes);
    for (const node of nodes.others) expect(await askSilently(node, held)).toBe('refused by a page');
  });

  test('a disabled client: nothing for its own credentials', async () => {
    const machine = refreshTenant().clients.filter(({ client_id }) => client_id === 'machine-m');
    await nodes.first.load({
      clients: machine.map((client) => ({ ...client, sojourn: { disabled: true } })),
    });
    for (const node of nodes.others) expect(errorOf(await machineTokenAt(node))).toEqual(INVALID_CLIENT);
  });

  test('a client whose tokens are all revoked', async () => {
    const held = await hold(nodes.first);
    await endClient(nodes.first, 'conf-c');
    for (const node of nodes.others) {
      const answer = await refresh(node, held.refreshToken, {}, 'conf-c');
      expect(answer).toMatchObject({ status: 400, body: { sojourn_reason: 'client-ended' } });
    }
  });

  test('a removed address of a client gets no code', async () => {
    const held = await hold(nodes.first);
    await nodes.first.load(clientFile('conf-c', { callbacks: [NEW_CALLBACK] }));
    for (const node of nodes.others) expect(await askSilently(node, held)).toBe('refused by a page');
  });

  test('a key that took over signs', async () => {
    const before = await signingKidAt(nodes.first);
    expect(await nodes.first.server.keys.rotate('ES256', { force: true })).toMatchObject({
      outcome: 'rotated',
    });
    const after = await signingKidAt(nodes.first);
    expect(after).not.toBe(before);
    for (const node of nodes.others) expect(await signingKidAt(node)).toBe(after);
  });
});

/**
 * What gives nothing asks no hot statement and is judged by what the node has in memory; of that it is told by the
 * database. Each question here is such a one, so that no answer comes from a reload that the question itself caused.
 */
describe('M07 what changes in one node’s configuration is in force on every other within a second', () => {
  const { fault, wrapStore } = faultyStore();
  const isUnread = (line: unknown) =>
    (line as { message: string }).message === 'the configuration was not read anew';
  let nodes: Nodes;
  beforeAll(async () => {
    nodes = await startNodes(refreshTenant(), wrapStore);
  });
  afterEach(() => {
    fault.fails = null;
    return restore(nodes);
  });
  afterAll(() => nodes.stop());

  test('the addresses of a client: the new one is accepted, and the removed one refused', async () => {
    const { redirectUri } = PARTIES['conf-c'];
    const pagesAt = async (node: Deployment) => [
      await loginStatusAt(node, redirectUri),
      await loginStatusAt(node, NEW_CALLBACK),
    ];
    await everyOther(nodes, pagesAt, [303, 400]);
    await nodes.first.load(clientFile('conf-c', { callbacks: [NEW_CALLBACK] }));
    await withinOneSecond(nodes, pagesAt, [400, 303]);
  });

  test('keys: the next one is published', async () => {
    const before = await kidsAt(nodes.first);
    await everyOther(nodes, kidsAt, before);
    const rotated = await nodes.first.server.keys.rotate('ES256', { force: true });
    const { next } = rotated as Extract<typeof rotated, { outcome: 'rotated' }>;
    await withinOneSecond(nodes, kidsAt, [...before, next].sort());
  });

  test('keys: what a forgotten one has signed is worth nothing', async () => {
    const held = await hold(nodes.first);
    const kid = decodeProtectedHeader(held.accessTokens[0] ?? '').kid ?? '';
    await nodes.first.server.keys.rotate('ES256', { force: true });
    const livesAt = accessTokensAt(held);
    await everyOther(nodes, livesAt, ALIVE.accessTokens);
    expect(await nodes.first.server.keys.retire(kid)).toBe('deleted');
    await withinOneSecond(nodes, livesAt, DEAD_AT_ALL.accessTokens);
    await withinOneSecond(nodes, async (node) => (await kidsAt(node)).includes(kid), false);
  });

  test('a disabled client: its access tokens are dead, and nobody signs in to it', async () => {
    const held = await hold(nodes.first);
    const livesAt = accessTokensAt(held);
    await everyOther(nodes, livesAt, ALIVE.accessTokens);
    await nodes.first.load(clientFile('conf-c', { sojourn: { disabled: true } }));
    await withinOneSecond(nodes, livesAt, DEAD_AT_ALL.accessTokens);
    await withinOneSecond(nodes, (node) => loginStatusAt(node, PARTIES['conf-c'].redirectUri), 400);
  });

  test.each(['findConfigurationChanges', 'adoptSigningKeys'] as const)(
    'a node that was told and could not read it, for %s failed, reads it once the store answers',
    async (method) => {
      const before = await kidsAt(nodes.first);
      await everyOther(nodes, kidsAt, before);
      fault.fails = (called) => called === method;
      const failures = () => nodes.others.map(({ logLines }) => logLines.filter(isUnread).length);
      const failuresBefore = failures();
      const rotated = await nodes.first.server.keys.rotate('ES256', { force: true });
      await expect
        .poll(() => failures().every((count, index) => count > (failuresBefore[index] ?? 0)), {
          timeout: 20_000,
        })
        .toBe(true);
      fault.fails = null;
      const { next } = rotated as Extract<typeof rotated, { outcome: 'rotated' }>;
      await withinOneSecond(nodes, kidsAt, [...before, next].sort());
    },
  );

  test('a client whose tokens are all revoked: its access tokens are dead', async () => {
    const held = await hold(nodes.first);
    const livesAt = accessTokensAt(held);
    await everyOther(nodes, livesAt, ALIVE.accessTokens);
    await endClient(nodes.first, 'conf-c');
    await withinOneSecond(nodes, livesAt, DEAD_AT_ALL.accessTokens);
  });
});

describe('E07, security.md 73: whatever was answered by whichever node, afterwards nothing of the session is live', () => {
  let nodes: Nodes;
  beforeAll(async () => {
    nodes = await startNodes(refreshTenant());
  });
  afterAll(() => nodes.stop());

  test(`${ROUNDS} sign-outs on one of three, while others are asked to refresh, for prompt=none and for a code`, async () => {
    const seen = { refresh: new Set<number>(), silent: new Set<string>(), exchange: new Set<number>() };
    for (let round = 0; round < ROUNDS; round += 1) {
      const { first, others } = nodes;
      const onBoth = (see: (node: Deployment) => Promise<void>) => Promise.all(others.map(see));
      const [one, other] = round % 2 === 0 ? others : [others[1], others[0]];
      const held = await hold(first, 'spa-a');
      const tab = copyOf(one, held.browser);

      const [, refreshed, asked, exchanged] = await Promise.all([
        afterTrips(first, round % 3, () =>
          held.browser.visit(`${first.issuer}oidc/logout?id_token_hint=${held.idToken}`),
        ),
        afterTrips(one, round % 11, () => refresh(one, held.refreshToken)),
        afterTrips(other, round % 7, () => askInFrame(other, tab, { scope: OFFLINE })),
        afterTrips(one, round % 5, () => exchangeAt(one, held)),
      ]);
      const silentCode = asked.response.code;
      seen.refresh.add(refreshed.status);
      seen.silent.add(silentCode === undefined ? 'refused' : 'issued');
      seen.exchange.add(exchanged.status);

      const given = [refreshed.body, exchanged.body].filter(({ access_token }) => access_token !== undefined);
      const accessTokens = [...held.accessTokens, ...given.map(({ access_token }) => access_token)];
      const refreshTokens = [held.refreshToken, ...given.map(({ refresh_token }) => refresh_token)];
      await onBoth(async (node) => {
        for (const token of accessTokens)
          expect([await isAlive(node, token), await isActive(node, token)]).toEqual([false, false]);
        for (const token of refreshTokens) expect(errorOf(await refresh(node, token))).toEqual(INVALID_GRANT);
        expect((await askInFrame(node, copyOf(node, tab))).response.error).toBe('login_required');
      });
      // Codes last: a second use of one would by itself end what the first gave.
      const ofSilence = { ...held.exchange, code: silentCode ?? '', code_verifier: asked.request.verifier };
      const exchanges = silentCode === undefined ? [held.exchange] : [held.exchange, ofSilence];
      await onBoth(async (node) => {
        for (const exchange of exchanges)
          expect(errorOf(await exchangeAt(node, { ...held, exchange }))).toEqual(INVALID_GRANT);
      });
      expect((await one.store.findSession(held.sid))?.endReason).toBe('signed-out');
    }
    // Both sides won at times, or there was no race.
    expect([...seen.refresh].sort()).toEqual([200, 400]);
    expect([...seen.silent].sort()).toEqual(['issued', 'refused']);
    expect([...seen.exchange].sort()).toEqual([200, 400]);
  }, 120_000);
});

const INVALID_GRANT = { status: 400, error: 'invalid_grant' };
const INVALID_CLIENT = { status: 401, error: 'invalid_client' };

/** Something that ends on one node what an End-User holds. */
interface Change {
  readonly name: string;
  readonly clientId?: PartyName;
  readonly make: (nodes: Nodes, held: Held) => Promise<unknown>;
  /** What the refresh token is refused with. */
  readonly reason: string;
  /** What `prompt=none` is answered with. Default: a code, for the session goes on. */
  readonly silent?: 'login_required' | 'consent_required';
  /** Whether codes that were not used yet end. Default: where `prompt=none` gives none either. */
  readonly codesEnd?: boolean;
}

/** What an End-User of whom no other test knows holds of a client. */
interface Held {
  readonly userId: string;
  readonly sid: string;
  readonly clientId: PartyName;
  readonly browser: HttpBrowser;
  readonly idToken: string;
  readonly oldRefreshToken: string;
  readonly refreshToken: string;
  /** Of the code's exchange and of the refresh. */
  readonly accessTokens: readonly string[];
  /** Of a code that was not used yet. */
  readonly exchange: Readonly<Record<string, string>>;
}

let users = 0;
const emailOf = (userId: string) => `${userId.slice('auth0|'.length)}@harbour.example`;

async function hold(node: Deployment, clientId: PartyName = 'conf-c'): Promise<Held> {
  const { store, clock } = node;
  // What was ended for a client in this moment is over.
  clock.advance(1_000);
  users += 1;
  const userId = `auth0|u${users}`;
  const template = await store.findUser('auth0|mira');
  if (template === null) throw new Error('no Mira');
  const user = { ...template, userId, email: emailOf(userId), username: null };
  await store.createUser({ user, identifierKeys: [userId] }, []);
  if (clientId === 'third-d') {
    const scope = READS.scope.split(' ');
    await store.recordConsent({ userId, clientId, audience: API, scope, givenAt: clock.now() }, []);
  }
  const browser = await browserWithSession(node, userId);
  const first = await refreshTokensFor(node, browser, clientId, READS);
  const { body } = await refresh(node, first.refresh_token, {}, clientId);
  const { redirectUri, fields } = PARTIES[clientId];
  const asked = { client_id: clientId, redirect_uri: redirectUri, ...READS };
  const { code, verifier } = await codeFor(node, browser, asked);
  clock.advance(1_000);
  return {
    ...{ userId, sid: String(claimsOf(first.access_token).sid), clientId, browser },
    idToken: first.id_token,
    oldRefreshToken: first.refresh_token,
    refreshToken: body.refresh_token,
    accessTokens: [first.access_token, body.access_token],
    exchange: { ...fields, redirect_uri: redirectUri, code, code_verifier: verifier },
  };
}

const ALIVE = { refreshToken: true, accessTokens: [true, true, true, true], silent: 'code' };
const DEAD_AT_ALL = { refreshToken: false, accessTokens: [false, false, false, false] };

/** What a node says of what somebody holds. Asking changes nothing. */
async function standingAt(node: Deployment, held: Held): Promise<unknown> {
  const { fields } = PARTIES[held.clientId];
  const introspected = await post(node, 'oauth/introspect', { ...fields, token: held.refreshToken });
  return {
    refreshToken: JSON.parse(introspected.text).active,
    accessTokens: await accessTokensAt(held)(node),
    silent: await askSilently(node, held),
  };
}

/** Whether they live, at introspection and at userinfo. */
function accessTokensAt({ accessTokens }: Held): (node: Deployment) => Promise<boolean[]> {
  return async (node) => {
    const asked = accessTokens.flatMap((token) => [isActive(node, token), isAlive(node, token)]);
    return Promise.all(asked);
  };
}

/** `code`, or the error that the client is sent. */
async function askSilently(node: Deployment, { clientId, browser }: Held): Promise<string> {
  const { redirectUri } = PARTIES[clientId];
  const asked = { client_id: clientId, redirect_uri: redirectUri, ...READS, prompt: 'none' };
  const page = await copyOf(node, browser).visit(authorizationRequest(node.issuer, asked).url);
  if (page.status === 400) return 'refused by a page';
  const answer = answerOf(page);
  return answer.get('error') ?? (answer.has('code') ? 'code' : 'nothing');
}

/** Whether somebody without a session is led to the login page, by 303, or told that the request cannot be trusted, by 400. */
async function loginStatusAt(node: Deployment, redirectUri: string): Promise<number> {
  const asked = authorizationRequest(node.issuer, { client_id: 'conf-c', redirect_uri: redirectUri });
  return (await fetch(asked.url, { redirect: 'manual' })).status;
}

async function exchangeAt(node: Deployment, { clientId, exchange }: Pick<Held, 'clientId' | 'exchange'>) {
  const fields = { grant_type: 'authorization_code', ...exchange };
  const { status, text } = await post(node, 'oauth/token', fields, PARTIES[clientId].headers);
  return { status, body: JSON.parse(text) as Record<string, string> };
}

async function machineTokenAt(node: Deployment) {
  const machine = { client_id: 'machine-m', client_secret: 'a-secret-of-the-nightly-job-long-enough' };
  const fields = { grant_type: 'client_credentials', ...machine, audience: API };
  const { status, text } = await post(node, 'oauth/token', fields);
  return { status, body: JSON.parse(text) as Record<string, string> };
}

async function signingKidAt(node: Deployment): Promise<string | undefined> {
  return decodeProtectedHeader((await machineTokenAt(node)).body.access_token ?? '').kid;
}

async function kidsAt({ issuer }: Deployment): Promise<string[]> {
  const answer = await fetch(`${issuer}.well-known/jwks.json`);
  const { keys } = (await answer.json()) as { keys: { kid: string }[] };
  return keys.map(({ kid }) => kid).sort();
}

function errorOf({ status, body }: { status: number; body: { error?: string } }) {
  return { status, error: body.error };
}

async function revokeAt(node: Deployment, token = ''): Promise<void> {
  const { fields } = PARTIES['conf-c'];
  expect((await post(node, 'oauth/revoke', { ...fields, token })).status).toBe(200);
}

async function endAuthorizationsAt(
  { store, clock }: Deployment,
  userId: string,
  clientId: PartyName,
  reason: 'consent-withdrawn' | 'revoked',
): Promise<void> {
  const withdrawsConsent = reason === 'consent-withdrawn';
  const end = { userId, clientId, reason, withdrawsConsent, now: clock.now(), events: [] };
  expect(await store.endAuthorizations(end)).toEqual({ families: 1 });
}

/** As `sojourn tokens revoke --client` does. */
async function endClient({ store, clock, server }: Deployment, clientId: PartyName): Promise<void> {
  await store.saveConfiguration([buildClientEnd(clientId, clock.now())], []);
  await server.reloadConfiguration();
}

/** Settings as they were, on every node. */
async function restore({ first, others }: Nodes): Promise<void> {
  await first.load(unchangedSettings());
  for (const node of others) await node.server.reloadConfiguration();
}

type Look<T> = (node: Deployment) => Promise<T>;

async function everyOther<T>({ others }: Nodes, look: Look<T>, expected: T): Promise<void> {
  for (const node of others) expect(await look(node)).toEqual(expected);
}

const PROMISED_MS = 1_000;
/** More than two looks take on a machine that has nothing else to do. */
const ROUND_MS = 25;

/**
 * Looks until every other node shows what is expected, for at most a second from the answer of the first.
 *
 * The second is counted in looks: each takes what it took, but not more than on a machine that has nothing else to do.
 * Nodes, test and database share the machine, so what slows the message and what follows from it slows the looks as
 * much, and a busy machine stretches both alike; while a node that finds out by itself, every few seconds or at the
 * next use, is too late on any machine.
 */
async function withinOneSecond<T>(nodes: Nodes, look: Look<T>, expected: T): Promise<void> {
  for (let countedMs = 0; ; ) {
    const startedAt = performance.now();
    const seen = await Promise.all(nodes.others.map(look));
    if (countedMs > PROMISED_MS || seen.every((one) => isDeepStrictEqual(one, expected))) {
      expect(seen).toEqual(nodes.others.map(() => expected));
      return;
    }
    await setTimeout(1);
    countedMs += Math.min(ROUND_MS, performance.now() - startedAt);
  }
}

/** Calls after some round trips to the database, which is what both sides of a race are made of. */
async function afterTrips<T>({ store }: Deployment, trips: number, call: () => Promise<T>): Promise<T> {
  for (let left = trips; left > 0; left -= 1) await store.findClock();
  return call();
}
