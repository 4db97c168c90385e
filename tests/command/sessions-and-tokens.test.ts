import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { HttpBrowser } from '../rig/http-browser.js';
import { answerOf, authorizationRequest, redeem } from '../rig/relying-party.js';
import { runSojourn, SojournProcess } from './sojourn-process.js';

const PASSWORD = 'harbour-lights-42';
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0';
const GUEST_SECRET = 'a-secret-of-a-guest-that-is-long-enough';

let folder: string;
let store: string[];
const running: SojournProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sojourn-sessions-'));
  store = ['--database-url', `sqlite:${join(folder, 'sojourn.db')}`];
});
afterEach(async () => {
  for (const process of running.splice(0)) {
    process.child.kill('SIGKILL');
    await process.ended();
  }
  rmSync(folder, { recursive: true });
});

/** Two applications of the house, and one of somebody else's that asks for consent. */
const TENANT = {
  clients: [
    { client_id: 'shop', name: 'Harbour Shop', app_type: 'spa' },
    { client_id: 'docs', name: 'Harbour Docs', app_type: 'spa' },
    { client_id: 'guest', name: 'Guest Book', client_secret: GUEST_SECRET, is_first_party: false },
  ].map((client) => ({
    ...client,
    callbacks: ['https://a.test/cb'],
    grant_types: ['authorization_code', 'refresh_token'],
  })),
  databases: [{ name: 'Username-Password-Authentication' }],
  users: ['mira', 'otto'].map((name) => ({
    user_id: `auth0|${name}`,
    email: `${name}@harbour.example`,
    username: name,
    password: PASSWORD,
  })),
};

async function start(): Promise<{ issuer: string; stop: () => Promise<void> }> {
  const tenant = join(folder, 'tenant.json');
  writeFileSync(tenant, JSON.stringify(TENANT));
  const sojourn = new SojournProcess(['start', '--port', '0', '--tenant', tenant, ...store]);
  running.push(sojourn);
  const issuer = await sojourn.issuer();
  const stop = async () => {
    sojourn.child.kill('SIGTERM');
    await sojourn.ended();
  };
  return { issuer, stop };
}

interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
}

/** What an application gets, through login page and consent page where they come. */
async function tokensFor(
  browser: HttpBrowser,
  issuer: string,
  client_id: string,
  username = 'mira',
): Promise<Tokens> {
  const request = authorizationRequest(issuer, { client_id, scope: 'openid offline_access' });
  let page = await browser.visit(request.url);
  if (page.url.includes('/u/login')) page = await browser.submit(page, { username, password: PASSWORD });
  if (page.url.includes('/u/consent')) page = await browser.submit(page, { decision: 'allow' });
  const code = answerOf(page).get('code') ?? '';
  const secret = client_id === 'guest' ? { client_secret: GUEST_SECRET } : {};
  const fields = { client_id, code, code_verifier: request.verifier, ...secret };
  const response = await redeem(issuer, fields, {});
  return (await response.json()) as Tokens;
}

async function signedIn(
  issuer: string,
  username = 'mira',
): Promise<{ browser: HttpBrowser; tokens: Tokens }> {
  const browser = new HttpBrowser(issuer, { 'user-agent': FIREFOX });
  return { browser, tokens: await tokensFor(browser, issuer, 'shop', username) };
}

/** What a refresh is answered with: `ok`, or the error. */
async function refresh(issuer: string, client_id: string, { refresh_token }: Tokens): Promise<unknown> {
  const body = new URLSearchParams({ grant_type: 'refresh_token', client_id, refresh_token });
  if (client_id === 'guest') body.set('client_secret', GUEST_SECRET);
  const response = await fetch(`${issuer}oauth/token`, { method: 'POST', body });
  const { error } = (await response.json()) as { error?: string };
  return error ?? 'ok';
}

/** What `prompt=none` is answered with: `ok`, or the error. */
async function silently(browser: HttpBrowser, issuer: string, client_id = 'shop'): Promise<unknown> {
  const request = authorizationRequest(issuer, { client_id, scope: 'openid', prompt: 'none' });
  const answer = answerOf(await browser.visit(request.url));
  return answer.has('code') ? 'ok' : answer.get('error');
}

async function userinfo(issuer: string, { access_token }: Tokens): Promise<number> {
  const headers = { authorization: `Bearer ${access_token}` };
  return (await fetch(`${issuer}userinfo`, { headers })).status;
}

const run = (words: string, ...ids: string[]) => runSojourn([...words.split(' '), ...ids, ...store]);

/** The rows of a list, or the one object that is shown. */
async function rows(words: string, ...ids: string[]): Promise<Record<string, unknown>[]> {
  const { code, stdout } = await run(`${words} --json`, ...ids);
  expect(code).toBe(0);
  return stdout.map((line) => JSON.parse(line));
}

async function onlySid(filter: string): Promise<string> {
  const found = await rows(`sessions list ${filter}`);
  expect(found).toHaveLength(1);
  return String(found[0]?.sid);
}

async function onlyFamily(filter: string): Promise<string> {
  const found = await rows(`tokens list ${filter}`);
  expect(found).toHaveLength(1);
  return String(found[0]?.id);
}

test('a session is found, looked at and ended on the live server, and with it everything it gave', async () => {
  const { issuer } = await start();
  const { browser, tokens } = await signedIn(issuer);
  const docs = await tokensFor(browser, issuer, 'docs');
  const other = await signedIn(issuer, 'otto');

  expect(await rows('sessions list')).toHaveLength(2);
  const sid = await onlySid('--user mira --client docs --live');
  expect(await rows('sessions show', sid)).toMatchObject([
    {
      sid,
      account: 'mira@harbour.example',
      state: 'live',
      reason: null,
      signedInAt: expect.stringMatching(/^\d{4}-.*Z$/),
      device: { name: 'Firefox on Linux', address: '127.0.0.1' },
      applications: [
        { clientId: 'docs', name: 'Harbour Docs' },
        { clientId: 'shop', name: 'Harbour Shop' },
      ],
      refreshTokens: [
        { sid, state: 'live' },
        { sid, state: 'live' },
      ],
    },
  ]);

  expect(await run('sessions end', sid)).toEqual({
    code: 0,
    stderr: [],
    stdout: [
      `The session ${sid} of mira@harbour.example ended. 2 applications took part: Harbour Docs, Harbour Shop.`,
    ],
  });
  expect(await silently(browser, issuer)).toBe('login_required');
  expect(await refresh(issuer, 'shop', tokens)).toBe('invalid_grant');
  expect(await refresh(issuer, 'docs', docs)).toBe('invalid_grant');
  expect(await userinfo(issuer, tokens)).toBe(401);
  expect(await refresh(issuer, 'shop', other.tokens)).toBe('ok');

  expect(await run('sessions end', sid)).toMatchObject({
    code: 0,
    stdout: [expect.stringContaining('has ended already: revoked')],
  });
  expect(await run('sessions list --user mira --live')).toEqual({
    code: 0,
    stdout: [],
    stderr: ['No session matches.'],
  });
  const log = await rows('logs');
  expect(log.filter(({ event }) => event === 'session.ended')).toMatchObject([{ reason: 'revoked', sid }]);
});

test('every session of an account ends, and nobody else is signed out', async () => {
  const { issuer } = await start();
  const first = await signedIn(issuer);
  const second = await signedIn(issuer);
  const other = await signedIn(issuer, 'otto');
  expect((await run('sessions end --user MIRA@harbour.example')).stdout).toEqual([
    '2 sessions of mira@harbour.example ended. 1 application took part: Harbour Shop.',
  ]);
  for (const { browser, tokens } of [first, second]) {
    expect(await silently(browser, issuer)).toBe('login_required');
    expect(await refresh(issuer, 'shop', tokens)).toBe('invalid_grant');
  }
  expect(await silently(other.browser, issuer)).toBe('ok');
  expect((await run('sessions end --user auth0|mira')).stdout).toEqual([
    'Every session of mira@harbour.example has ended already.',
  ]);
});

test('refresh tokens are found, looked at and revoked on the live server, and the session goes on', async () => {
  const { issuer } = await start();
  const { browser, tokens } = await signedIn(issuer);
  const docs = await tokensFor(browser, issuer, 'docs');
  expect(await refresh(issuer, 'shop', tokens)).toBe('ok');
  // A retry: the same successor again.
  expect(await refresh(issuer, 'shop', tokens)).toBe('ok');

  const id = await onlyFamily('--client shop --live');
  const shown = await run('tokens show --json', id);
  expect(JSON.parse(shown.stdout.join('\n'))).toMatchObject({
    id,
    application: 'Harbour Shop',
    scope: ['openid', 'offline_access'],
    state: 'live',
    generation: 2,
    repeats: 1,
    jkt: null,
  });
  const told = [
    ...shown.stdout,
    ...(await run('tokens show', id)).stdout,
    ...(await run('tokens list')).stdout,
  ];
  // The session's id stands in a token too, and is no secret.
  const secrets = `${tokens.refresh_token}.${tokens.access_token}`
    .split(/[.~]/)
    .filter((part) => part.length >= 22 && !id.startsWith(part));
  expect(secrets).toHaveLength(5);
  for (const secret of secrets) expect(told.join('\n')).not.toContain(secret);

  const family = 'The refresh tokens of mira@harbour.example in Harbour Shop';
  expect(await run('tokens revoke', id)).toEqual({ code: 0, stderr: [], stdout: [`${family} are revoked.`] });
  expect(await refresh(issuer, 'shop', tokens)).toBe('invalid_grant');
  expect(await userinfo(issuer, tokens)).toBe(401);
  expect(await refresh(issuer, 'docs', docs)).toBe('ok');
  expect(await silently(browser, issuer)).toBe('ok');
  expect((await run('tokens revoke', id)).stdout).toEqual([
    expect.stringContaining(`${family} have been revoked already: revoked, `),
  ]);

  const sid = await onlySid('--user mira');
  expect((await run(`tokens revoke --session ${sid}`)).stdout).toEqual([
    `Refresh token families of the session ${sid} revoked: 1.`,
  ]);
  expect(await refresh(issuer, 'docs', docs)).toBe('invalid_grant');
  expect(await silently(browser, issuer)).toBe('ok');
});

test('what an application was given for an account ends, and with its consent it has to ask again', async () => {
  const { issuer } = await start();
  const { browser, tokens } = await signedIn(issuer);
  const guest = await tokensFor(browser, issuer, 'guest');
  expect(await silently(browser, issuer, 'guest')).toBe('ok');
  const revoke = 'tokens revoke --user mira@harbour.example --client guest';
  expect((await run(revoke)).stdout).toEqual([
    'What was given for mira@harbour.example has ended in 1 application: Guest Book. Refresh token families revoked: 1.',
  ]);
  expect(await refresh(issuer, 'guest', guest)).toBe('invalid_grant');
  expect(await userinfo(issuer, guest)).toBe(401);
  expect(await silently(browser, issuer, 'guest')).toBe('ok');
  expect((await run(`${revoke} --withdraw-consent`)).stdout).toEqual([
    expect.stringMatching(/It has to ask for consent again\.$/),
  ]);
  expect(await silently(browser, issuer, 'guest')).toBe('consent_required');

  expect(await refresh(issuer, 'shop', tokens)).toBe('ok');
  expect((await run('tokens revoke --user mira')).stdout).toEqual([
    expect.stringContaining('2 applications: Guest Book, Harbour Shop. Refresh token families revoked: 1.'),
  ]);
  expect(await refresh(issuer, 'shop', tokens)).toBe('invalid_grant');
  expect(await silently(browser, issuer)).toBe('ok');
});

test('everything that an application was given ends at once, once that is meant', async () => {
  const { issuer } = await start();
  const { browser, tokens } = await signedIn(issuer);
  const docs = await tokensFor(browser, issuer, 'docs');
  const other = await signedIn(issuer, 'otto');
  expect(await run('tokens revoke --client shop')).toMatchObject({
    code: 1,
    stdout: [],
    stderr: [expect.stringContaining('If that is meant, add --yes')],
  });
  expect(await refresh(issuer, 'shop', tokens)).toBe('ok');
  expect((await run('tokens revoke --client shop --yes')).stdout).toEqual([
    'Everything that Harbour Shop was given has ended, for every account. Sessions stay.',
  ]);
  for (const ended of [tokens, other.tokens]) {
    expect(await refresh(issuer, 'shop', ended)).toBe('invalid_grant');
    expect(await userinfo(issuer, ended)).toBe(401);
  }
  expect(await refresh(issuer, 'docs', docs)).toBe('ok');
  expect(await refresh(issuer, 'shop', await tokensFor(browser, issuer, 'shop'))).toBe('ok');
});

test('without a server the commands work on the store itself, and the next server holds to it', async () => {
  const first = await start();
  const mira = await signedIn(first.issuer);
  const otto = await signedIn(first.issuer, 'otto');
  const docs = await tokensFor(otto.browser, first.issuer, 'docs');
  await first.stop();

  const [line = ''] = (await run('sessions list --user mira')).stdout;
  const [sid = '', ...cells] = line.split('\t');
  expect(cells.slice(0, 3)).toEqual(['mira@harbour.example', 'live', '-']);
  expect((await run('sessions end', sid)).code).toBe(0);
  expect((await run('tokens revoke', await onlyFamily('--user otto --client shop'))).code).toBe(0);
  expect((await run('tokens revoke --client docs --yes')).code).toBe(0);

  const { issuer } = await start();
  expect(await refresh(issuer, 'shop', mira.tokens)).toBe('invalid_grant');
  expect(await refresh(issuer, 'shop', otto.tokens)).toBe('invalid_grant');
  expect(await refresh(issuer, 'docs', docs)).toBe('invalid_grant');
});

test('what is asked wrongly is told in one line each, and changes nothing', async () => {
  const { issuer } = await start();
  const { browser } = await signedIn(issuer);
  const sid = await onlySid('--user mira');
  const nobody = 'n'.repeat(30);
  const cases: [command: string, ...refusals: unknown[]][] = [
    [`sessions end ${nobody}`, `There is no session ${nobody}. See: sojourn sessions list`],
    [`sessions end ${sid} --user mira`, expect.stringContaining('not both')],
    ['sessions end --user mria', 'There is no account "mria".'],
    [
      'sessions list --limit ten --lvie',
      '--lvie is no flag of this command; see --help.',
      '--limit is "ten"; expected a whole number from 1.',
    ],
    [`tokens revoke ${sid}.${'n'.repeat(22)}`, expect.stringContaining('There are no refresh tokens')],
  ];
  for (const [command, ...stderr] of cases)
    expect(await run(command)).toEqual({ code: 1, stdout: [], stderr });
  expect(await silently(browser, issuer)).toBe('ok');
});
