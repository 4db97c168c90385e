import { describe, expect, test } from 'vitest';
import { ADA, type Server } from './server.js';
import { isLoginPage, Visitor } from './visitor.js';
import { type Exchange, FAIR } from './wire.js';

/** Where an application answers, as paths of its origin. What its client cannot do at all has no page. */
export interface Pages {
  /** Leads to the server and back. */
  readonly login: string;
  /** Names whom the ID token names, and no one where nobody is signed in. */
  readonly home: string;
  /** Shows what userinfo said. */
  readonly profile?: string;
  readonly refresh?: string;
  readonly revoke?: string;
  /** Where a client puts the way back into its address, that is known only when the server runs. */
  readonly logout: string | (() => string);
}

/** Where the applications of our own suites answer. */
export const OWN_PAGES = {
  login: '/login',
  home: '/',
  profile: '/profile',
  refresh: '/refresh',
  logout: '/logout',
};

/** What only `beforeAll` can bring. */
export interface Setting {
  readonly server: Server;
  /** Of the pages. */
  readonly origin: string;
}

/** The same proof for every client: a person signs in, is known, stays signed in and leaves. */
export function proveClient(name: string, pages: Pages, setting: () => Setting): void {
  const { login, home, profile, refresh, revoke, logout } = pages;
  describe(name, () => {
    test('signs a person in, and knows whom by an ID token that it verified', async () => {
      const { visitor } = begin(setting());
      await visitor.open(login);
      expect((await visitor.open(home)).html).toContain(ADA.email);
    });

    test('takes no ID token whose signature was changed', async () => {
      const { visitor, wire } = begin(setting());
      wire.weather.changesSignatures = true;
      await visitor.open(login);
      wire.weather.changesSignatures = false;
      // It got as far as the token, or this would prove nothing.
      expect(wire.of('/oauth/token').map(({ status }) => status)).toEqual([200]);
      expect((await visitor.ask(home)).html).not.toContain(ADA.email);
    });

    if (profile !== undefined)
      test('reads userinfo', async () => {
        const { visitor, wire } = begin(setting());
        await visitor.open(login);
        const page = await visitor.open(profile);
        expect(page.html).toContain(ADA.name);
        expect(wire.of('/userinfo').at(-1)).toMatchObject({ status: 200 });
      });

    if (refresh !== undefined)
      test('refreshes, and the person stays signed in', async () => {
        const { visitor, wire } = begin(setting());
        await visitor.open(login);
        await visitor.open(refresh);
        await visitor.open(refresh);
        const [first, second, ...more] = wire.refreshes();
        expect([first?.status, second?.status, more]).toEqual([200, 200, []]);
        expect(refreshTokenIn(first)).not.toBe(refreshTokenIn(second));
        expect((await visitor.open(home)).html).toContain(ADA.email);
      });

    if (refresh !== undefined)
      test('retries after a lost answer, and gets the same successor', async () => {
        const { visitor, wire } = begin(setting());
        await visitor.open(login);
        wire.weather.losesNextRefresh = true;
        // Some HTTP libraries ask again by themselves. The others leave it to the person, who presses reload.
        await visitor.open(refresh);
        await visitor.open(refresh);
        const [lost, retried] = wire.refreshes();
        expect(lost?.isLost).toBe(true);
        expect(retried?.status).toBe(200);
        expect(refreshTokenIn(retried)).toBe(refreshTokenIn(lost));
        expect((await visitor.open(home)).html).toContain(ADA.email);
      });

    if (revoke !== undefined)
      test('revokes its refresh token', async () => {
        const { visitor, wire } = begin(setting());
        await visitor.open(login);
        await visitor.open(revoke);
        expect(wire.of('/oauth/revoke').map(({ status }) => status)).toEqual([200]);
        await expectDead(setting(), wire.of('/oauth/token')[0]);
      });

    test('signs out: the application, the session and its refresh token', async () => {
      const { visitor, wire } = begin(setting());
      await visitor.open(login);
      const back = await visitor.leave(typeof logout === 'string' ? logout : logout());
      expect(back.url.startsWith(`${setting().origin}/`)).toBe(true);
      expect(back.status).toBe(200);
      expect((await visitor.ask(home)).html).not.toContain(ADA.email);
      expect(isLoginPage(await visitor.ask(login))).toBe(true);
      if (refresh !== undefined) await expectDead(setting(), wire.of('/oauth/token')[0]);
    });
  });
}

function begin({ server, origin }: Setting) {
  server.wire.forget();
  // A test that failed may have left a storm behind.
  Object.assign(server.wire.weather, FAIR);
  return { wire: server.wire, visitor: new Visitor(origin, server.issuer) };
}

/** The refresh token of an answer. */
export function refreshTokenIn(exchange: Exchange | undefined): string {
  const { refresh_token: token } = JSON.parse(exchange?.received ?? '{}') as { refresh_token?: string };
  if (token === undefined) throw new Error(`no refresh token in ${exchange?.received}`);
  return token;
}

/** Presents the refresh token that an exchange gave, with the credentials that the client itself showed there. */
async function expectDead({ server }: Setting, exchange: Exchange | undefined): Promise<void> {
  const token = refreshTokenIn(exchange);
  const { authorization, 'content-type': contentType = '' } = exchange?.requestHeaders ?? {};
  const shown = contentType.startsWith('application/json')
    ? (JSON.parse(exchange?.sent ?? '{}') as Record<string, string>)
    : Object.fromEntries(new URLSearchParams(exchange?.sent));
  const credentials = Object.entries(shown).filter(([name]) => /^client_/.test(name));
  const answer = await fetch(new URL('oauth/token', server.issuer), {
    method: 'POST',
    headers: { ...(authorization !== undefined && { authorization }) },
    body: new URLSearchParams([...credentials, ['grant_type', 'refresh_token'], ['refresh_token', token]]),
  });
  expect(await answer.json()).toMatchObject({ error: 'invalid_grant' });
}
