import { describe, expect, test } from 'vitest';
import { refreshTokenIn, type Setting } from './prove-client.js';
import { ADA } from './server.js';
import { Visitor } from './visitor.js';
import { type Exchange, FAIR } from './wire.js';

/**
 * The proof for clients that refresh by themselves when their time is over, and not when a page asks for it: a person
 * just goes on looking.
 *
 * @param paths `home` names who is signed in.
 */
export function proveRenewal(name: string, paths: { login: string; home: string }, setting: () => Setting) {
  /** Looks at the page until the server has seen what is waited for. */
  const lookUntil = async (visitor: Visitor, isSeen: (refreshes: readonly Exchange[]) => boolean) => {
    const { wire } = setting().server;
    const pages: string[] = [];
    await expect
      .poll(async () => {
        pages.push((await visitor.open(paths.home)).html);
        return isSeen(wire.refreshes());
      })
      .toBe(true);
    return { pages, refreshes: wire.refreshes() };
  };
  const begin = async () => {
    const { server, origin } = setting();
    server.wire.forget();
    Object.assign(server.wire.weather, FAIR);
    const visitor = new Visitor(origin, server.issuer);
    await visitor.open(paths.login);
    return visitor;
  };

  describe(`${name}, by itself`, () => {
    test('refreshes, and the person stays signed in', async () => {
      // One of them may use a token twice: the overlap is for that, and gives it the same successor.
      const isTwice = (all: readonly Exchange[]) => new Set(all.map(refreshTokenIn)).size >= 2;
      const { pages, refreshes } = await lookUntil(await begin(), isTwice);
      expect(new Set(refreshes.map(({ status }) => status))).toEqual(new Set([200]));
      expect(pages.filter((html) => !html.includes(ADA.email))).toEqual([]);
    });

    test('retries after a lost answer, and gets the same successor', async () => {
      const visitor = await begin();
      setting().server.wire.weather.losesNextRefresh = true;
      const fromLost = (all: readonly Exchange[]) =>
        all.some(({ isLost }) => isLost) ? all.slice(all.findIndex(({ isLost }) => isLost)) : [];
      const { refreshes } = await lookUntil(visitor, (all) => fromLost(all).length >= 2);
      const [lost, retried] = fromLost(refreshes);
      expect(lost?.isLost).toBe(true);
      expect(retried?.status).toBe(200);
      expect(refreshTokenIn(retried)).toBe(refreshTokenIn(lost));
      // The page whose refresh was lost may have been an error. The next one is the person's, without a form.
      expect((await visitor.ask(paths.home)).html).toContain(ADA.email);
    });
  });
}
