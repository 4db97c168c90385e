import { describe, expect, test } from 'vitest';
import { refreshTokenIn, type Setting } from './prove-client.js';
import { ADA } from './server.js';
import { Visitor } from './visitor.js';
import { FAIR } from './wire.js';

/**
 * The proof for clients that refresh by themselves when their time is over, and not when a page asks for it: a person
 * just goes on looking.
 *
 * @param pages `home` names who is signed in.
 */
export function proveRenewal(name: string, pages: { login: string; home: string }, setting: () => Setting) {
  /** Looks at the page until the server has seen so many refreshes, and sees the same person each time. */
  const lookUntil = async (visitor: Visitor, count: number, sees: boolean) => {
    const { wire } = setting().server;
    await expect
      .poll(async () => {
        const { html } = await visitor.open(pages.home);
        if (sees) expect(html).toContain(ADA.email);
        return wire.refreshes().length;
      })
      .toBeGreaterThanOrEqual(count);
    return wire.refreshes();
  };
  const begin = async () => {
    const { server, origin } = setting();
    server.wire.forget();
    Object.assign(server.wire.weather, FAIR);
    const visitor = new Visitor(origin, server.issuer);
    await visitor.open(pages.login);
    return visitor;
  };

  describe(`${name}, by itself`, () => {
    test('refreshes, and the person stays signed in', async () => {
      const [first, second] = await lookUntil(await begin(), 2, true);
      expect([first?.status, second?.status]).toEqual([200, 200]);
      expect(refreshTokenIn(first)).not.toBe(refreshTokenIn(second));
    });

    test('retries after a lost answer, and gets the same successor', async () => {
      const visitor = await begin();
      setting().server.wire.weather.losesNextRefresh = true;
      // The page whose refresh was lost may be an error; the next one is the person's again, without a form.
      const [lost, retried] = await lookUntil(visitor, 2, false);
      expect(lost?.isLost).toBe(true);
      expect(retried?.status).toBe(200);
      expect(refreshTokenIn(retried)).toBe(refreshTokenIn(lost));
      expect((await visitor.ask(pages.home)).html).toContain(ADA.email);
    });
  });
}
