import { beforeEach, describe, expect, test } from 'vitest';
import type { SessionBegin } from '../../session/begin-session.js';
import type { SessionBegun } from '../../session/session-store.js';
import type { Store } from '../store.js';
import { aCode, anInteraction, aSessionBegin, MINUTE, NOW } from '../store-samples.js';
import { CALLERS, callsOn, count, together } from './store-calls.js';

/** The binding value that most tests present, and the one that takes its place. */
const GENERATION = 100;

/** No browser has two sessions that have not ended: the store holds it, whoever comes first. */
export function describeBrowserSessions(openedStore: () => Store): void {
  describe('the one session of a browser', () => {
    let store: Store;
    beforeEach(() => {
      store = openedStore();
    });
    const { start, save, redeem, end } = callsOn(openedStore);

    let made = 0;
    const aSignIn = (
      userId = 'mira',
      overrides: Partial<Omit<SessionBegin, 'session'>> = {},
    ): SessionBegin => {
      made += 1;
      const sid = `made ${made}`;
      const browser = { handleSeed: `seed of ${sid}`, browserHash: 'browser', browserGeneration: GENERATION };
      const begin = aSessionBegin(sid, { session: { userId, ...browser } });
      return { ...begin, generation: GENERATION, nextGeneration: GENERATION + 1, ...overrides };
    };
    const signIn = (...given: Parameters<typeof aSignIn>) => store.beginSession(aSignIn(...given));
    const sidOf = (begun: SessionBegun) => {
      if (begun.outcome !== 'begun' && begun.outcome !== 'renewed') throw new Error(begun.outcome);
      return begun.sid;
    };
    const signOut = (cookieSid: string | null = null, generation = GENERATION, now = NOW) =>
      store.endSessionsOfBrowser({
        cookieSid,
        browser: { browserHash: 'browser', generation, nextGeneration: generation + 1 },
        clientId: 'spa-a',
        address: '192.0.2.1',
        now,
      });
    const ofBrowser = (generation = GENERATION) =>
      store.findSessionOfBrowser({ browserHash: 'browser', generation });
    const unended = async () =>
      (await store.findSessions({ userId: null, clientId: null, after: null, atMost: 1_000 }))
        .map(({ session }) => session)
        .filter(({ endedAt }) => endedAt === null);

    test('of 50 sign-ins of one End-User at once one begins it, the others renew it, and one session there is', async () => {
      const answers = await together(() => signIn());
      expect(
        count(
          answers.map(({ outcome }) => outcome),
          'begun',
        ),
      ).toBe(1);
      expect(
        count(
          answers.map(({ outcome }) => outcome),
          'renewed',
        ),
      ).toBe(CALLERS - 1);
      expect(new Set(answers.map(sidOf)).size).toBe(1);
      expect((await unended()).map(({ sid }) => sid)).toEqual([sidOf(answers[0] as SessionBegun)]);
    });

    test('of 50 sign-ins of two End-Users at once one session there is; every other was ended, with its reason', async () => {
      const answers = await together((index) => signIn(index % 2 === 0 ? 'mira' : 'otto'));
      const standing = await unended();
      expect(standing).toHaveLength(1);
      const begun = answers.filter(({ outcome }) => outcome === 'begun').map(sidOf);
      const ended = answers.flatMap((answer) => ('ended' in answer ? answer.ended : []));
      expect([...ended.map(({ sid }) => sid), standing[0]?.sid].sort()).toEqual(begun.sort());
      for (const { sid } of ended)
        expect((await store.findSession(sid))?.endReason).toBe('replaced-by-another-end-user');
      const events = await store.findEvents({ after: 0, since: 0, atMost: 1_000 });
      expect(events.filter(({ name }) => name === 'session.ended')).toHaveLength(ended.length);
      expect(events.filter(({ name }) => name === 'session.started')).toHaveLength(begun.length);
    });

    test('of 50 sign-ins and sign-outs at once no two sessions are left, and after one more sign-out none', async () => {
      for (let round = 0; round < 5; round += 1) {
        await together<unknown>((index) =>
          index % 3 === 0 ? signOut() : signIn(index % 2 === 0 ? 'mira' : 'otto'),
        );
        expect((await unended()).length).toBeLessThanOrEqual(1);
        await signOut();
        expect(await unended()).toEqual([]);
      }
    });

    test('another End-User’s sign-in ends the former session in the same step, and hears who took part', async () => {
      const mira = sidOf(await signIn());
      await save('code', { sid: mira });
      await redeem('code');
      const begun = await signIn('otto', { now: NOW + 1 });
      expect(begun).toMatchObject({
        outcome: 'begun',
        bindingChanges: true,
        ended: [{ sid: mira, userId: 'mira', participants: ['spa-a'] }],
      });
      expect(await store.findSession(mira)).toMatchObject({
        endedAt: NOW + 1,
        endReason: 'replaced-by-another-end-user',
      });
      expect((await store.findGrant('grant of code', null))?.sessionEndedAt).toBe(NOW + 1);
    });

    test('security.md 34: renewing replaces both handles, restarts the limits and keeps sid and predecessor', async () => {
      const first = aSignIn();
      await store.beginSession(first);
      const second = aSignIn();
      const { session } = second;
      const renewed = {
        ...second,
        session: {
          ...session,
          authenticatedAt: NOW + MINUTE,
          lastActiveAt: NOW + MINUTE + 1,
          limitsStartedAt: NOW + MINUTE + 1,
          idleLimitMs: MINUTE,
          absoluteLimitMs: 2 * MINUTE,
          amr: ['pwd', 'otp'],
        },
      };
      expect(await store.beginSession(renewed)).toEqual({
        outcome: 'renewed',
        sid: first.session.sid,
        bindingChanges: false,
        ended: [],
      });
      const { handleHash, silentHandleHash } = first.session;
      expect(await store.findSessionByHandle(handleHash)).toBeNull();
      expect(await store.findSessionBySilentHandle(silentHandleHash)).toBeNull();
      expect(await store.findSessionByFormerSilentHandle(silentHandleHash)).toMatchObject({
        sid: first.session.sid,
      });
      expect(await store.findSessionByHandle(session.handleHash)).toMatchObject({
        sid: first.session.sid,
        authenticatedAt: NOW + MINUTE,
        lastActiveAt: NOW + MINUTE + 1,
        limitsStartedAt: NOW + MINUTE + 1,
        idleLimitMs: MINUTE,
        absoluteLimitMs: 2 * MINUTE,
        amr: ['pwd', 'otp'],
      });
      expect(await ofBrowser()).toMatchObject({
        handleHash: session.handleHash,
        handleSeed: session.handleSeed,
        formerHandleHash: handleHash,
      });
      expect(await store.findSessionByHandle('handle of another')).toBeNull();
    });

    test('of 50 renewals one handle stays, and its predecessor', async () => {
      await signIn();
      const begins = Array.from({ length: CALLERS }, () => aSignIn());
      await Promise.all(begins.map((begin) => store.beginSession(begin)));
      const found = await Promise.all(
        begins.map(({ session }) => store.findSessionByHandle(session.handleHash)),
      );
      expect(found.filter((session) => session !== null)).toHaveLength(1);
      const bound = await ofBrowser();
      const hashes = begins.map(({ session }) => session.handleHash);
      expect(hashes).toContain(bound?.formerHandleHash);
    });

    test('a session of another binding, and one from before there were any, is renewed by its cookie and bound', async () => {
      await start('unbound');
      const { handleHash } = aSessionBegin('unbound').session;
      expect(await signIn('mira', { cookieSid: 'unbound' })).toMatchObject({
        outcome: 'renewed',
        sid: 'unbound',
      });
      expect(await ofBrowser()).toMatchObject({ session: { sid: 'unbound' }, formerHandleHash: null });
      expect(await store.findSessionByHandle(handleHash)).toBeNull();
    });

    test('two of one End-User, the cookie’s and the binding’s: the cookie’s goes on, the other is ended', async () => {
      await start('unbound');
      const bound = sidOf(await signIn());
      expect(await signIn('mira', { cookieSid: 'unbound' })).toMatchObject({
        outcome: 'renewed',
        sid: 'unbound',
        bindingChanges: false,
        ended: [{ sid: bound }],
      });
      expect((await store.findSession(bound))?.endReason).toBe('replaced-by-another-session');
    });

    test('the cookie’s and the binding’s of somebody else both end', async () => {
      await start('unbound');
      const bound = sidOf(await signIn());
      const begun = await signIn('otto', { cookieSid: 'unbound' });
      expect('ended' in begun && begun.ended.map(({ sid }) => sid).sort()).toEqual([bound, 'unbound'].sort());
    });

    test('a proof from before the password changed, or of a blocked account, begins nothing and ends nothing', async () => {
      const otto = sidOf(await signIn('otto'));
      await store.changePassword({ userId: 'mira', passwordHash: 'new', now: NOW + 1, events: [] });
      expect(await signIn('mira')).toEqual({ outcome: 'proof-refused' });
      await store.blockUser({ userId: 'mira', blocked: true, now: NOW + 1, events: [] });
      const late = aSignIn('mira');
      const blocked = { ...late, session: { ...late.session, authenticatedAt: NOW + MINUTE } };
      expect(await store.beginSession(blocked)).toEqual({ outcome: 'proof-refused' });
      expect((await unended()).map(({ sid }) => sid)).toEqual([otto]);
    });

    test('a renewal never brings an ended session back', async () => {
      const seen = new Set<string>();
      for (const place of [0, 25, 49]) {
        const sid = sidOf(await signIn());
        await together(async (index) => {
          if (index === place) await end(sid, NOW + 7);
          else seen.add(sidOf(await signIn('mira', { cookieSid: sid })) === sid ? 'renewed' : 'begun');
        });
        expect(await store.findSession(sid)).toMatchObject({ endedAt: NOW + 7 });
        expect(sidOf(await signIn('mira', { cookieSid: sid }))).not.toBe(sid);
        await signOut();
      }
      expect([...seen].sort()).toEqual(['begun', 'renewed']);
    });

    test('sessions without a browser are as many as there are', async () => {
      const answers = await together((index) => store.beginSession(aSessionBegin(`sid ${index}`)));
      expect(answers.every(({ outcome }) => outcome === 'begun')).toBe(true);
      expect(await unended()).toHaveLength(CALLERS);
    });

    describe('a sign-out', () => {
      test('ends the cookie’s and the binding’s, and tells of each who took part', async () => {
        await start('unbound', { userId: 'otto' });
        const bound = sidOf(await signIn());
        await save('code', { sid: bound });
        await redeem('code');
        const { ended } = await signOut('unbound', GENERATION, NOW + 3);
        expect([...ended].sort((one, other) => (one.sid < other.sid ? -1 : 1))).toEqual([
          { sid: bound, userId: 'mira', participants: ['spa-a'] },
          { sid: 'unbound', userId: 'otto', participants: [] },
        ]);
        for (const sid of [bound, 'unbound'])
          expect(await store.findSession(sid)).toMatchObject({ endedAt: NOW + 3, endReason: 'signed-out' });
      });

      test('of 50 at once one ends it', async () => {
        await signIn();
        const answers = await together(() => signOut());
        expect(answers.filter(({ ended }) => ended.length > 0)).toHaveLength(1);
        const events = await store.findEvents({ after: 0, since: 0, atMost: 1_000 });
        expect(events.filter(({ name }) => name === 'session.signed-out')).toHaveLength(1);
      });

      test('finds nothing by a value of before the one that the session was begun with', async () => {
        await signIn();
        expect(await ofBrowser(GENERATION - 1)).toBeNull();
        expect(await signOut(null, GENERATION - 1)).toEqual({ ended: [] });
        expect((await signOut(null, GENERATION + 1)).ended).toHaveLength(1);
      });

      test('another browser’s binding ends nothing', async () => {
        const sid = sidOf(await signIn());
        const browser = { browserHash: 'other', generation: 1_000, nextGeneration: 1_001 };
        const facts = { cookieSid: null, clientId: null, address: '192.0.2.1', now: NOW };
        expect(await store.endSessionsOfBrowser({ ...facts, browser })).toEqual({ ended: [] });
        expect(await store.endSessionsOfBrowser({ ...facts, browser: null })).toEqual({ ended: [] });
        expect((await store.findSession(sid))?.endedAt).toBeNull();
      });
    });

    test('a value of before the session begins none in its place; who has the session’s cookie does', async () => {
      const sid = sidOf(await signIn());
      const noted = { generation: GENERATION - 1 };
      expect(await signIn('otto', noted)).toEqual({ outcome: 'binding-refused' });
      expect((await unended()).map((session) => session.sid)).toEqual([sid]);
      const late = aSignIn('mira', { ...noted, cookieSid: sid });
      const renewed = { ...late, session: { ...late.session, browserGeneration: GENERATION - 1 } };
      expect(await store.beginSession(renewed)).toMatchObject({ outcome: 'renewed', sid });
      expect(await ofBrowser(GENERATION - 1)).not.toBeNull();
    });

    test('what is open in the browser goes on with the next value, what is finished or another’s stays', async () => {
      const open = (id: string, overrides = {}) =>
        store.startInteraction(anInteraction(id, { browserGeneration: GENERATION, ...overrides }), 10);
      await signIn();
      await open('open');
      await open('finished', { finishedAt: NOW });
      await open('another’s', { browserHash: 'other' });
      const generations = async () =>
        Promise.all(
          ['open', 'finished', 'another’s'].map(
            async (id) => (await store.findInteraction(id))?.browserGeneration,
          ),
        );
      await signIn();
      expect(await generations()).toEqual([GENERATION, GENERATION, GENERATION]);
      await signIn('otto');
      expect(await generations()).toEqual([GENERATION + 1, GENERATION, GENERATION]);
      await signOut(null, GENERATION + 1);
      expect(await generations()).toEqual([GENERATION + 2, GENERATION, GENERATION]);
    });

    test('an interaction gives one code: of 50 that finish it one saves, and no other finishes it', async () => {
      const sid = sidOf(await signIn());
      await store.startInteraction(anInteraction('id'), 10);
      const answers = await together((index) =>
        store.saveAuthorizationCode({ code: aCode(`code ${index}`, { sid }), finishes: 'id', touch: true }),
      );
      expect(count(answers, 'saved')).toBe(1);
      expect(count(answers, 'interaction-finished')).toBe(CALLERS - 1);
      const codes = await together((index) => store.findAuthorizationCode(`code ${index}`));
      expect(codes.filter((code) => code !== null)).toHaveLength(1);
      expect(await store.finishInteraction('id', NOW)).toBe('already-finished');
    });
  });
}
