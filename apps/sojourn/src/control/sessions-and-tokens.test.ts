import {
  type ConfigurationDocument,
  type KeyAdministration,
  openStore,
  type Session,
  type Store,
  startPasswordHashing,
  type User,
} from '@sojourn/server';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ListedSession } from '../sessions/listed-session.js';
import type { ListedFamily } from '../tokens/listed-family.js';
import { answerRequest } from './answer-request.js';
import type { ControlPorts } from './control-ports.js';
import type { ControlAnswer, ControlRequest } from './control-request.js';

const NOW = Date.UTC(2026, 10, 20, 12);
const DAY = 86_400_000;
const hashing = startPasswordHashing({ threads: 1 });

let store: Store;
let now: number;
let reloads: number;
let ports: ControlPorts;

beforeEach(async () => {
  store = await openStore('sqlite::memory:');
  now = NOW;
  reloads = 0;
  ports = {
    store,
    hashing,
    keys: () => Promise.reject<KeyAdministration>(new Error('nothing here needs keys')),
    reloadConfiguration: async () => {
      reloads += 1;
    },
    status: null,
    now: () => now,
  };
  await store.saveConfiguration(
    [
      clientDocument('shop', { name: 'Harbour Shop' }),
      // Without a secret of the deployment this one could not be opened, and need not be.
      clientDocument('desk', { name: 'Harbour Desk', app_type: 'regular_web', client_secret: 'sealed' }),
      clientDocument('off', { name: 'Harbour Attic', sojourn: { disabled: true } }),
    ],
    [],
  );
  await addUser('auth0|mira', { email: 'mira@harbour.example', username: 'mira' });
  await addUser('auth0|otto', { username: 'otto' });
});
afterEach(() => store.close());

function clientDocument(id: string, document: object): ConfigurationDocument {
  return { kind: 'client', id, document: { app_type: 'spa', callbacks: ['https://a.test/cb'], ...document } };
}

async function addUser(userId: string, names: { email?: string; username?: string }): Promise<void> {
  const user: User = {
    userId,
    connection: 'Username-Password-Authentication',
    email: names.email ?? null,
    emailVerified: true,
    username: names.username ?? null,
    passwordHash: null,
    claims: {},
    userMetadata: {},
    appMetadata: {},
    blocked: false,
    notBefore: 0,
    createdAt: 0,
    updatedAt: 0,
  };
  const identifierKeys = Object.values(names);
  expect(await store.createUser({ user, identifierKeys }, [])).toBe('created');
}

/** As ids are. */
const id = (name: string) => name.padEnd(22, '_');

async function startSession(name: string, session: Partial<Session> = {}): Promise<string> {
  const sid = id(name);
  await store.beginSession({
    session: {
      sid,
      handleHash: `handle of ${name}`,
      silentHandleHash: `silent handle of ${name}`,
      userId: 'auth0|mira',
      authenticatedAt: now,
      amr: ['pwd'],
      acr: null,
      lastActiveAt: now,
      limitsStartedAt: now,
      idleLimitMs: 3 * DAY,
      absoluteLimitMs: 30 * DAY,
      persistent: true,
      device: { userAgent: 'curl/8', address: '192.0.2.1' },
      handleSeed: null,
      browserHash: null,
      browserGeneration: 0,
      ...session,
    },
    cookieSid: null,
    generation: 0,
    nextGeneration: 1,
    proof: 'login.succeeded',
    clientId: null,
    now,
  });
  return sid;
}

type AuthorizationCode = Parameters<Store['saveAuthorizationCode']>[0]['code'];
type NewFamily = NonNullable<Parameters<Store['redeemAuthorizationCode']>[0]['family']>;

/** By a code of a session, redeemed at once. */
/** A code of which, once it is used, a family of that name begins. */
async function saveCode(
  session: string,
  name: string,
  {
    clientId = 'shop',
    userId = 'auth0|mira',
  }: { clientId?: string | undefined; userId?: string | undefined } = {},
) {
  const code = {
    codeHash: `code of ${name}`,
    grantId: id(name),
    clientId,
    userId,
    sid: id(session),
    scope: ['openid', 'offline_access'],
    audience: '',
    authenticatedAt: now,
    amr: ['pwd'],
    acr: null,
    claims: null,
    redirectUri: 'https://a.test/cb',
    codeChallenge: null,
    nonce: null,
    issuedAt: now,
    expiresAt: now + 60_000,
    redeemedAt: null,
    silent: false,
    active: true,
    attachment: null,
    sealedFamilyHandle: null,
    dpopJkt: null,
  };
  expect(await store.saveAuthorizationCode({ code, finishes: null, touch: false })).toBe('saved');
  return code;
}

async function startFamily(
  session: string,
  name: string,
  { clientId, userId, ...family }: Partial<NewFamily> & { clientId?: string; userId?: string } = {},
): Promise<string> {
  const redeemed = await redeemCode(await saveCode(session, name, { clientId, userId }), family);
  expect(redeemed.outcome).toBe('redeemed');
  return `${id(session)}.${id(name)}`;
}

function redeemCode(code: AuthorizationCode, family: Partial<NewFamily> = {}) {
  return store.redeemAuthorizationCode({
    code,
    now,
    accessTokenExpiresAt: now + DAY,
    touch: false,
    attach: null,
    family: {
      handleHash: code.grantId,
      kid: 'k1',
      expiresAt: now + 30 * DAY,
      idleLimitMs: 15 * DAY,
      outlives: 'expiry',
      jkt: null,
      rotatedBy: 1,
      atMost: 200,
      ...family,
    },
    replayEvents: [],
  });
}

async function ask(request: ControlRequest): Promise<ControlAnswer[]> {
  const answers: ControlAnswer[] = [];
  const answer = async (line: ControlAnswer) => {
    answers.push(line);
  };
  await answerRequest(request, ports, answer, new AbortController().signal);
  return answers;
}

async function rowsOf<Row>(request: ControlRequest): Promise<Row[]> {
  return (await ask(request)).flatMap((line) => ('row' in line ? [line.row as Row] : []));
}

const EVERY_SESSION = {
  command: 'sessions.list',
  user: null,
  client: null,
  live: false,
  limit: null,
} as const;
const EVERY_FAMILY = { ...EVERY_SESSION, command: 'tokens.list', session: null } as const;
const sessions = (filter: object = {}) => rowsOf<ListedSession>({ ...EVERY_SESSION, ...filter });
const families = (filter: object = {}) => rowsOf<ListedFamily>({ ...EVERY_FAMILY, ...filter });
/** What commands record; the sign-ins that a test begins with are no command's. */
const eventsOf = async () =>
  (await store.findEvents({ after: 0, since: 0, atMost: 100 }))
    .filter(({ name }) => name !== 'login.succeeded' && name !== 'session.started')
    .map(({ name, reason, sid, clientId, userId }) => ({ name, reason, sid, clientId, userId }));

describe('sessions', () => {
  test('are live, expired or ended, each with its reason, by what the tenant says today', async () => {
    await startSession('idle');
    now += DAY;
    await startSession('absolute', { limitsStartedAt: NOW - 40 * DAY });
    await startSession('ended');
    await startSession('live');
    await ask({ command: 'sessions.end', sid: id('ended') });
    const states = async () =>
      (await sessions()).map(({ sid, state, reason }) => [sid.replace(/_+$/, ''), state, reason]);
    expect(await states()).toEqual([
      ['absolute', 'expired', 'session-expired-absolute'],
      ['ended', 'ended', 'revoked'],
      ['idle', 'live', null],
      ['live', 'live', null],
    ]);
    // A day would have been too long, had this been so from the start.
    const tenant = { kind: 'tenant', id: 'default', document: { idle_session_lifetime: 24 } } as const;
    await store.saveConfiguration([tenant], []);
    expect((await states())[2]).toEqual(['idle', 'expired', 'session-expired-idle']);
    expect((await sessions({ live: true })).map(({ sid }) => sid)).toEqual([id('live')]);

    await store.blockUser({ userId: 'auth0|mira', blocked: true, now, events: [] });
    expect((await sessions()).map(({ reason }) => reason)).toEqual([
      'user-blocked',
      'revoked',
      'user-blocked',
      'user-blocked',
    ]);
  });

  test('are listed to the last, with account and names, or as far as a limit goes', async () => {
    for (let index = 0; index < 205; index += 1) await startSession(`s${String(index).padStart(3, '0')}`);
    await startSession('other', { userId: 'auth0|otto' });
    await startFamily('s007', 'f');
    expect(await sessions()).toHaveLength(206);
    const [shopper, ...rest] = await sessions({ client: 'shop' });
    expect(rest).toEqual([]);
    expect(shopper).toMatchObject({
      sid: id('s007'),
      account: 'mira@harbour.example',
      applications: [{ clientId: 'shop', name: 'Harbour Shop' }],
      idleExpiresAt: NOW + 3 * DAY,
      expiresAt: NOW + 30 * DAY,
    });
    for (const user of ['otto', 'OTTO', 'auth0|otto'])
      expect((await sessions({ user })).map(({ account }) => account)).toEqual(['otto']);
    const limited = await ask({ ...EVERY_SESSION, limit: 120 });
    expect(limited).toHaveLength(121);
    expect(limited.at(-1)).toEqual({ done: expect.stringContaining('There are more') });
    expect((await ask({ ...EVERY_SESSION, user: 'otto', limit: 1 })).at(-1)).toEqual({ done: '' });
  });

  test('an empty list says so', async () => {
    expect(await ask(EVERY_SESSION)).toEqual([{ done: expect.stringContaining('One begins when') }]);
    expect(await ask({ ...EVERY_SESSION, live: true })).toEqual([{ done: 'No session matches.' }]);
    expect(await ask(EVERY_FAMILY)).toEqual([{ done: expect.stringContaining('offline_access') }]);
    expect(await ask({ ...EVERY_FAMILY, user: 'otto' })).toEqual([{ done: 'No refresh tokens match.' }]);
  });

  test('one ends once, with what took part in it, and says what may outlive it', async () => {
    const sid = await startSession('s');
    await store.saveConfiguration(
      [clientDocument('shop', { name: 'Harbour Shop', refresh_token: { sojourn: { outlives: 'end' } } })],
      [],
    );
    await startFamily('s', 'f');
    await startFamily('s', 'g', { outlives: 'end' });
    await startFamily('s', 'h', { clientId: 'desk', outlives: 'end' });
    now += 1;
    expect(await ask({ command: 'sessions.end', sid })).toEqual([
      {
        done: [
          `The session ${sid} of mira@harbour.example ended. 2 applications took part: Harbour Desk, Harbour Shop.`,
          `1 of its refresh token families may outlive it. To revoke: sojourn tokens revoke --session ${sid}`,
        ].join('\n'),
      },
    ]);
    now += 2 * DAY;
    expect(await ask({ command: 'sessions.end', sid })).toEqual([
      {
        done: `The session ${sid} of mira@harbour.example has ended already: revoked, 2 d ago (2026-11-20T12:00:00.001Z).`,
      },
    ]);
    expect(await eventsOf()).toEqual([
      { name: 'session.ended', reason: 'revoked', sid, clientId: null, userId: 'auth0|mira' },
    ]);
    expect((await families()).map(({ state, reason }) => [state, reason])).toEqual([
      ['ended', 'session-ended'],
      ['live', null],
      ['ended', 'session-ended'],
    ]);
  });

  test('all of an account end, with what outlives a session, and none of another', async () => {
    for (const name of ['a', 'b']) await startSession(name);
    await startSession('of otto', { userId: 'auth0|otto' });
    await startFamily('a', 'f', { outlives: 'end' });
    await startFamily('b', 'g', { clientId: 'desk' });
    now += 1;
    await ask({ command: 'sessions.end', sid: id('a') });
    now += 1;
    const end = { command: 'sessions.end-of-user', user: 'Mira@Harbour.example' } as const;
    expect(await ask(end)).toEqual([
      { done: '1 session of mira@harbour.example ended. 1 application took part: Harbour Desk.' },
    ]);
    expect(await ask(end)).toEqual([{ done: 'Every session of mira@harbour.example has ended already.' }]);
    expect(await families({ live: true })).toEqual([]);
    expect((await sessions({ live: true })).map(({ account }) => account)).toEqual(['otto']);
    expect((await eventsOf()).at(-1)).toEqual({
      name: 'session.ended',
      reason: 'revoked',
      sid: null,
      clientId: null,
      userId: 'auth0|mira',
    });
  });

  test('one is shown with its refresh tokens', async () => {
    const sid = await startSession('s');
    await startFamily('s', 'f');
    await startSession('t');
    await startFamily('t', 'g');
    expect(await ask({ command: 'sessions.show', sid })).toEqual([
      { row: { session: expect.objectContaining({ sid }), families: [expect.objectContaining({ sid })] } },
      { done: '' },
    ]);
  });
});

describe('refresh token families', () => {
  test('are live, expired or ended, each with its reason, by what client and tenant say today', async () => {
    await startSession('s');
    await startFamily('s', 'absolute', { expiresAt: now + DAY });
    await startFamily('s', 'bound', { jkt: 'thumbprint', expiresAt: null, idleLimitMs: null });
    await startFamily('s', 'disabled', { clientId: 'off' });
    await startFamily('s', 'idle', { idleLimitMs: DAY });
    await startFamily('s', 'nothing', { outlives: 'nothing' });
    await startFamily('s', 'revoked');
    now += 4 * DAY;
    await ask({ command: 'tokens.revoke', id: `${id('s')}.${id('revoked')}` });
    expect(
      (await families()).map(({ id, state, reason }) => [id.slice(23).replace(/_+$/, ''), state, reason]),
    ).toEqual([
      ['absolute', 'expired', 'expired-absolute'],
      ['bound', 'live', null],
      ['disabled', 'ended', 'client-unknown'],
      ['idle', 'expired', 'expired-idle'],
      ['nothing', 'expired', 'session-expired'],
      ['revoked', 'ended', 'revoked'],
    ]);
    const [bound] = await families({ live: true });
    // The stricter of what it began with, which is nothing, and what the client says today.
    expect(bound).toMatchObject({
      jkt: 'thumbprint',
      idleExpiresAt: NOW + 15 * DAY,
      expiresAt: NOW + 30 * DAY,
    });
    const infinite = { expiration_type: 'non-expiring' };
    await store.saveConfiguration([clientDocument('shop', { refresh_token: infinite })], []);
    expect(await families({ live: true })).toMatchObject([{ idleExpiresAt: null, expiresAt: null }]);
  });

  test('one is revoked once, and the session goes on', async () => {
    await startSession('s');
    const family = await startFamily('s', 'f');
    await startFamily('s', 'g');
    expect(await ask({ command: 'tokens.revoke', id: family })).toEqual([
      { done: 'The refresh tokens of mira@harbour.example in Harbour Shop are revoked.' },
    ]);
    now += 60_000;
    expect(await ask({ command: 'tokens.revoke', id: family })).toEqual([
      { done: expect.stringMatching(/ have been revoked already: revoked, 1 min ago \(2026-.*\)\.$/) },
    ]);
    expect(await families({ live: true })).toHaveLength(1);
    expect(await sessions({ live: true })).toHaveLength(1);
    expect(await eventsOf()).toEqual([
      { name: 'family.revoked', reason: 'revoked', sid: id('s'), clientId: 'shop', userId: 'auth0|mira' },
    ]);
    const ofSession = { command: 'tokens.revoke-of-session', sid: id('s') } as const;
    expect(await ask(ofSession)).toEqual([
      { done: `Refresh token families of the session ${id('s')} revoked: 1.` },
    ]);
    expect(await ask(ofSession)).toEqual([
      { done: `Refresh token families of the session ${id('s')} revoked: 0.` },
    ]);
  });

  test('of an account they are revoked also where an application holds no more than a code yet', async () => {
    await startSession('s');
    const code = await saveCode('s', 'f');
    now += 1;
    expect(
      await ask({ command: 'tokens.revoke-of-user', user: 'mira', client: null, withdrawsConsent: false }),
    ).toEqual([{ done: expect.stringContaining('has ended in 1 application: Harbour Shop.') }]);
    expect((await redeemCode(code)).outcome).not.toBe('redeemed');
    expect(await families()).toEqual([]);
  });

  test('of an account they are revoked in one application, or in each', async () => {
    await startSession('s');
    await startSession('of otto', { userId: 'auth0|otto' });
    await startFamily('s', 'f');
    await startFamily('s', 'g', { clientId: 'desk' });
    await startFamily('of otto', 'h', { userId: 'auth0|otto' });
    await store.recordConsent(
      { userId: 'auth0|mira', clientId: 'shop', audience: '', scope: ['openid'], givenAt: now },
      [],
    );
    now += 1;
    const revoke = { command: 'tokens.revoke-of-user', user: 'mira', client: 'shop' } as const;
    expect(await ask({ ...revoke, withdrawsConsent: false })).toEqual([
      {
        done: 'What was given for mira@harbour.example has ended in 1 application: Harbour Shop. Refresh token families revoked: 1.',
      },
    ]);
    expect(await store.findConsents('auth0|mira', 'shop')).toHaveLength(1);
    expect(await ask({ ...revoke, withdrawsConsent: true })).toEqual([
      {
        done: 'What was given for mira@harbour.example has ended in 1 application: Harbour Shop. Refresh token families revoked: 0. It has to ask for consent again.',
      },
    ]);
    expect(await store.findConsents('auth0|mira', 'shop')).toEqual([]);
    expect((await families({ live: true })).map(({ clientId }) => clientId)).toEqual(['shop', 'desk']);
    expect(await ask({ ...revoke, client: null, withdrawsConsent: false })).toEqual([
      {
        done: expect.stringMatching(/ in 2 applications: Harbour Desk, Harbour Shop\. .* revoked: 1\.$/),
      },
    ]);
    expect((await families({ live: true })).map(({ account }) => account)).toEqual(['otto']);
    expect(await sessions({ live: true })).toHaveLength(2);
    expect((await eventsOf()).map(({ name, reason, clientId }) => [name, reason, clientId])).toEqual([
      ['authorizations.ended', 'revoked', 'shop'],
      ['authorizations.ended', 'consent-withdrawn', 'shop'],
      ['authorizations.ended', 'revoked', 'desk'],
      ['authorizations.ended', 'revoked', 'shop'],
    ]);
  });

  test('of an application everything ends, and the running server hears of it', async () => {
    await startSession('s');
    await startFamily('s', 'f');
    await startFamily('s', 'g', { clientId: 'desk' });
    now += 1;
    expect(await ask({ command: 'tokens.revoke-of-client', client: 'shop' })).toEqual([
      { done: 'Everything that Harbour Shop was given has ended, for every account. Sessions stay.' },
    ]);
    expect(reloads).toBe(1);
    expect((await families()).map(({ clientId, reason }) => [clientId, reason])).toEqual([
      ['shop', 'client-ended'],
      ['desk', null],
    ]);
    expect((await eventsOf()).at(-1)).toMatchObject({
      name: 'client.ended',
      reason: 'revoked',
      clientId: 'shop',
    });
  });
});

describe('what is not there is told in one line', () => {
  const nobody = id('nobody');
  test.each<[ControlRequest, string]>([
    [{ ...EVERY_SESSION, user: 'mria' }, 'There is no account "mria".'],
    [{ ...EVERY_FAMILY, user: '' }, 'There is no account "".'],
    [{ command: 'sessions.end-of-user', user: 'mria' }, 'There is no account "mria".'],
    [{ ...EVERY_SESSION, client: 'shpo' }, 'There is no application "shpo". --client takes its client_id.'],
    [
      { command: 'tokens.revoke-of-client', client: 'Harbour Shop' },
      '"Harbour Shop" is the name of an application; give its client_id: "shop".',
    ],
    [
      { command: 'tokens.revoke-of-user', user: 'mira', client: 'shpo', withdrawsConsent: false },
      'There is no application "shpo". --client takes its client_id.',
    ],
    [{ command: 'sessions.show', sid: nobody }, `There is no session ${nobody}. See: sojourn sessions list`],
    [{ command: 'sessions.end', sid: nobody }, `There is no session ${nobody}. See: sojourn sessions list`],
    [{ ...EVERY_FAMILY, session: nobody }, `There is no session ${nobody}. See: sojourn sessions list`],
    [
      { command: 'tokens.revoke-of-session', sid: nobody },
      `There is no session ${nobody}. See: sojourn sessions list`,
    ],
    [
      { command: 'tokens.show', id: `${nobody}.${nobody}` },
      `There are no refresh tokens ${nobody}.${nobody}. See: sojourn tokens list`,
    ],
    [{ command: 'tokens.revoke', id: 'x' }, expect.stringContaining('"x" is no id of refresh tokens')],
  ])('%j', async (request, refused) => expect(await ask(request)).toEqual([{ refused }]));

  test('an account that holds nothing', async () => {
    expect(
      await ask({ command: 'tokens.revoke-of-user', user: 'otto', client: null, withdrawsConsent: false }),
    ).toEqual([{ done: 'No application holds anything of otto.' }]);
  });

  test("nobody's username stands in front of another account's id", async () => {
    await addUser('auth0|other', { username: 'auth0|mira' });
    await startSession('s');
    expect(await sessions({ user: 'auth0|mira' })).toMatchObject([{ userId: 'auth0|mira' }]);
  });
});
