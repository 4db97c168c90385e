import { beforeEach, describe, expect, test } from 'vitest';
import type { Store } from '../store.js';
import { aCode, aGrant, MINUTE, NOW } from '../store-samples.js';
import { CALLERS, callsOn, count, together } from './store-calls.js';

/** A code gives once, and nothing of an ended session; so does a grant without one. @see RFC 6749 §4.1.2 */
export function describeCodes(openedStore: () => Store): void {
  describe('authorization codes', () => {
    let store: Store;
    beforeEach(() => {
      store = openedStore();
    });
    const { start, save, redeem, end } = callsOn(openedStore);

    test('a code is found as it was saved, by its hash alone', async () => {
      await start('sid-1');
      const code = aCode('code', { attachment: { sealedHandle: 'sealed', presentedGeneration: 7 } });
      await store.saveAuthorizationCode({ code, finishes: null, touch: false });
      const found = await store.findAuthorizationCode('code');
      expect(found?.code).toEqual(code);
      expect(found?.user).toEqual(await store.findUser(code.userId));
      expect(await store.findAuthorizationCode('other')).toBeNull();
    });

    test('the clients are found that hold a code of an End-User which nobody has used', async () => {
      await start('sid-1');
      await start('sid-2', { userId: 'otto' });
      await save('one');
      await save('other', { clientId: 'spa-b' });
      await save('again', { clientId: 'spa-b' });
      await save('used', { clientId: 'spa-c' });
      await save("otto's", { clientId: 'spa-d', userId: 'otto', sid: 'sid-2' });
      await redeem('used');
      expect(await store.findClientsWithCodes('mira')).toEqual(['spa-a', 'spa-b']);
      expect(await store.findClientsWithCodes('nobody')).toEqual([]);
    });

    test('RFC 6749 §4.1.2: of 50 redemptions one wins, and the losers end its grant', async () => {
      await start('sid-1');
      await save('code');
      const outcomes = (await together(() => redeem('code'))).map(({ outcome }) => outcome);
      expect(count(outcomes, 'redeemed')).toBe(1);
      expect(count(outcomes, 'already-redeemed')).toBe(CALLERS - 1);
      expect((await store.findGrant('grant of code', null))?.endedAt).toBe(NOW);
      const replays = await store.findEvents({ after: 0, since: 0, atMost: 1_000 });
      expect(replays.filter((event) => event.name === 'code.replayed')).toHaveLength(CALLERS - 1);
    });

    test('a code that nobody saved is unknown, and leaves nothing', async () => {
      expect(await redeem('nothing')).toEqual({ outcome: 'unknown' });
      expect(await store.findGrant('grant of nothing', null)).toBeNull();
    });

    test('each scope that a client is given in a session is held, one beside the other', async () => {
      await start('sid-1');
      const scopes = [['openid', 'email'], ['openid', 'phone'], ['openid']];
      for (const [index, scope] of scopes.entries()) {
        await save(`code ${index}`, { scope });
        await redeem(`code ${index}`);
      }
      const held = (await store.findHoldings('sid-1', 'spa-a')).map(({ scope }) => scope.join(' '));
      expect(held.sort()).toEqual(scopes.map((scope) => scope.join(' ')).sort());
    });

    test('a scope may be as long as a request may write it, with an API whose identifier is, too', async () => {
      const scope = [
        'openid',
        ...Array.from({ length: 84 }, (_, index) => `${'read:'.repeat(9)}${index + 10}`),
      ];
      const audience = `https://api.test/${'\u00e9'.repeat(580)}`;
      expect(scope.join(' ').length).toBeGreaterThan(4_000);
      await start('sid-1');
      const codes = await together(async (index) => {
        await save(`code ${index}`, { scope: [...scope, `last:${index % 2}`], audience });
        return redeem(`code ${index}`);
      });
      expect(new Set(codes.map(({ outcome }) => outcome))).toEqual(new Set(['redeemed']));
      expect(await store.findHoldings('sid-1', 'spa-a')).toHaveLength(2);
      for (const number of [0, 1])
        expect(await store.findHoldings('sid-1', 'spa-a')).toContainEqual({
          audience,
          scope: [...scope, `last:${number}`],
        });
    });

    test('an ended session gives no code', async () => {
      await start('sid-1');
      await end('sid-1');
      expect(await save('late')).toBe('session-ended');
      expect(await store.findAuthorizationCode('late')).toBeNull();
    });

    test('a session that nobody started gives no code', async () => {
      expect(await save('stray')).toBe('session-ended');
    });

    test('security.md 73: whatever the order of save, redeem and end, no grant lives in an ended session', async () => {
      const outcomes = new Set<string>();
      for (let round = 0; round < 20; round += 1) {
        const sid = `sid-${round}`;
        await start(sid);
        await together((index) => save(`${sid} before ${index}`, { sid }), 10);
        const calls: (() => Promise<unknown>)[] = [
          ...Array.from({ length: 20 }, (_, index) => async () => {
            outcomes.add(await save(`${sid} during ${index}`, { sid }));
          }),
          ...Array.from({ length: 10 }, (_, index) => () => redeem(`${sid} before ${index}`)),
          ...Array.from({ length: 20 }, (_, index) => () => redeem(`${sid} during ${index}`)),
        ];
        calls.splice(round * 2, 0, () => end(sid));
        await Promise.all(calls.map((call) => call()));
        expect(await end(sid)).toEqual({ outcome: 'already-ended' });
        for (const kind of ['before', 'during']) {
          for (let index = 0; index < 20; index += 1) {
            const grant = await store.findGrant(`grant of ${sid} ${kind} ${index}`, null);
            expect(grant === null || grant.sessionEndedAt !== null).toBe(true);
          }
        }
      }
      // Both orders were seen, or the race was none.
      expect([...outcomes].sort()).toEqual(['saved', 'session-ended']);
    });

    test('a code saved before the end of its session is worth nothing after it', async () => {
      await start('sid-1');
      await save('code');
      await end('sid-1');
      expect(await redeem('code')).toEqual({ outcome: 'session-ended' });
      expect(await store.findGrant('grant of code', null)).toBeNull();
    });

    test('C07: a code of a blocked user, or of one whose password has changed, is worth nothing', async () => {
      await start('sid-1');
      await save('code');
      await store.changePassword({ userId: 'mira', passwordHash: 'new', now: NOW + 1, events: [] });
      expect(await redeem('code', null, NOW + 1)).toEqual({ outcome: 'session-ended' });
      await start('sid-2', { userId: 'otto' });
      await save('other', { sid: 'sid-2', userId: 'otto' });
      await store.blockUser({ userId: 'otto', blocked: true, now: NOW + 1, events: [] });
      expect(await redeem('other', null, NOW + 1)).toEqual({ outcome: 'session-ended' });
    });

    test('a redeemed code makes its client a participant, and 50 of them one holding', async () => {
      await start('sid-1');
      await together((index) => save(`code ${index}`));
      await together((index) => redeem(`code ${index}`));
      expect(await store.findParticipants('sid-1')).toEqual(['spa-a']);
      expect(await store.findHoldings('sid-1', 'spa-a')).toEqual([
        { audience: '', scope: ['openid', 'email'] },
      ]);
      expect(await store.findHoldings('sid-1', 'spa-b')).toEqual([]);
    });

    test('redemption moves the idle clock only where it is told to', async () => {
      await start('sid-1');
      await save('still');
      await save('active');
      await redeem('still', null, NOW + MINUTE);
      expect((await store.findSession('sid-1'))?.lastActiveAt).toBe(NOW);
      await store.redeemAuthorizationCode({
        code: aCode('active'),
        now: NOW + MINUTE,
        accessTokenExpiresAt: NOW + 2 * MINUTE,
        touch: true,
        attach: null,
        family: null,
        replayEvents: [],
      });
      expect((await store.findSession('sid-1'))?.lastActiveAt).toBe(NOW + MINUTE);
    });

    test('a grant without a code is not born of an ended session, whatever the order', async () => {
      const seen = new Set<string>();
      for (const place of [0, 25, 49]) {
        const sid = `sid-${place}`;
        await start(sid);
        await together(async (index) => {
          if (index === place) return void (await end(sid));
          const grant = aGrant(`${sid} ${index}`, { userId: 'mira', sid, clientId: 'spa-a' });
          const outcome = await store.startGrant({ grant, touch: false, finishes: null });
          seen.add(outcome);
          const standing = await store.findGrant(`${sid} ${index}`, null);
          if (outcome === 'session-ended') expect(standing).toBeNull();
        });
        const grants = await together((index) => store.findGrant(`${sid} ${index}`, null));
        for (const grant of grants) expect(grant === null || grant.sessionEndedAt !== null).toBe(true);
      }
      expect([...seen].sort()).toEqual(['session-ended', 'started']);
    });

    test('a grant without a code makes its client a participant, and is ended once', async () => {
      await start('sid-1');
      const grant = aGrant('direct', { userId: 'mira', sid: 'sid-1', clientId: 'spa-b' });
      expect(await store.startGrant({ grant, touch: false, finishes: null })).toBe('started');
      expect(await store.findParticipants('sid-1')).toEqual(['spa-b']);
      const ended = await together((index) =>
        store.endGrant({ grantId: 'direct', sid: null, now: NOW + index, events: [] }),
      );
      expect(count(ended, 'ended')).toBe(1);
      expect((await store.findGrant('direct', null))?.endedAt).not.toBeNull();
    });

    test('security.md 21: of 50 that use one thing once, one is first, until it is forgotten', async () => {
      const uses = () => together(() => store.useOnce({ key: 'conf-c jti', expiresAt: NOW + MINUTE }));
      expect(count(await uses(), 'first')).toBe(1);
      expect(count(await uses(), 'first')).toBe(0);
      await store.deleteExpired(NOW + MINUTE + 1, { logRetentionMs: MINUTE, atMost: 10 });
      expect(count(await uses(), 'first')).toBe(1);
    });

    test('a grant of a machine, which has no session, lives until it expires', async () => {
      const grant = aGrant('machine', { userId: null, sid: null });
      expect(await store.startGrant({ grant, touch: false, finishes: null })).toBe('started');
      expect(await store.findGrant('machine', null)).toMatchObject({
        sessionEndedAt: null,
        userBlocked: false,
        endedAt: null,
      });
    });
  });
}
