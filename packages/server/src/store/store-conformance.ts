import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buildEvent } from '../events/events.js';
import { decideSessionState } from '../session/session.js';
import { describeFamilies } from './family-conformance.js';
import type { AttachmentMove, Store } from './store.js';
import {
  aCode,
  aConsent,
  aGrant,
  anInteraction,
  aSession,
  aSigningKey,
  aUser,
  MINUTE,
  NOW,
} from './store-samples.js';

const CALLERS = 50;

/** What any store must hold, each atomic operation attacked by 50 callers at once. @see store.ts */
export function describeStore(name: string, openStore: () => Promise<Store>): void {
  describe(name, () => {
    let store: Store;
    beforeEach(async () => {
      store = await openStore();
      await store.createUser(aUser('mira'), []);
      await store.createUser(aUser('otto'), []);
    });
    afterEach(() => store.close());

    /** All at once, as separate requests of a server would. */
    const together = <T>(call: (index: number) => Promise<T>, callers = CALLERS) =>
      Promise.all(Array.from({ length: callers }, (_, index) => call(index)));
    const count = <T>(outcomes: readonly T[], wanted: T) =>
      outcomes.filter((found) => found === wanted).length;
    const redeem = async (codeHash: string, attach: AttachmentMove | null = null, now = NOW) =>
      store.redeemAuthorizationCode({
        code: (await store.findAuthorizationCode(codeHash))?.code ?? aCode(codeHash),
        now,
        accessTokenExpiresAt: now + 60 * MINUTE,
        touch: false,
        attach,
        family: null,
        replayEvents: [buildEvent(now, 'code.replayed', { sid: 'sid-1' })],
      });
    const start = async (sid: string, overrides: Parameters<typeof aSession>[1] = {}) =>
      store.startSession({ session: aSession(sid, overrides), replaces: null, events: [] });
    const save = (codeHash: string, overrides: Parameters<typeof aCode>[1] = {}) =>
      store.saveAuthorizationCode({ code: aCode(codeHash, overrides), finishes: null, touch: false });
    const end = (sid: string, now = NOW) => store.endSession({ sid, reason: 'signed-out', now, events: [] });

    describe('authorization codes', () => {
      test('a code is found as it was saved, by its hash alone', async () => {
        await start('sid-1');
        const code = aCode('code', { attachment: { sealedHandle: 'sealed', presentedGeneration: 7 } });
        await store.saveAuthorizationCode({ code, finishes: null, touch: false });
        const found = await store.findAuthorizationCode('code');
        expect(found?.code).toEqual(code);
        expect(found?.user).toEqual(await store.findUser(code.userId));
        expect(await store.findAuthorizationCode('other')).toBeNull();
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

    describe('sessions', () => {
      test('a session is found as it was started, by sid and by either handle', async () => {
        await start('sid-1');
        const { handleHash, silentHandleHash, ...row } = aSession('sid-1');
        const expected = {
          ...row,
          endedAt: null,
          endReason: null,
          flaggedAt: null,
          userBlocked: false,
          userNotBefore: 0,
        };
        expect(await store.findSession('sid-1')).toEqual(expected);
        expect(await store.findSessionByHandle(handleHash)).toEqual(expected);
        expect(await store.findSessionBySilentHandle(silentHandleHash)).toEqual(expected);
        expect(await store.findSessionByHandle(silentHandleHash)).toBeNull();
        expect(await store.findSessionBySilentHandle(handleHash)).toBeNull();
      });

      test('of 50 ends at once one ends it, and hears who took part', async () => {
        await start('sid-1');
        await save('a');
        await save('b', { clientId: 'spa-b' });
        await redeem('a');
        await redeem('b');
        const answers = await together((index) =>
          store.endSession({
            sid: 'sid-1',
            reason: 'signed-out',
            now: NOW + index,
            events: [buildEvent(NOW + index, 'session.signed-out', { sid: 'sid-1' })],
          }),
        );
        const winners = answers.filter(({ outcome }) => outcome === 'ended');
        expect(winners).toEqual([{ outcome: 'ended', participants: ['spa-a', 'spa-b'] }]);
        const events = await store.findEvents({ after: 0, since: 0, atMost: 1_000 });
        expect(events.filter((event) => event.name === 'session.signed-out')).toHaveLength(1);
        expect(await store.findSession('sid-1')).toMatchObject({ endReason: 'signed-out' });
      });

      test('a start that replaces another session ends it in the same step, once', async () => {
        await start('former');
        await save('code', { sid: 'former' });
        await redeem('code');
        const answers = await together((index) =>
          store.startSession({
            session: aSession(`new ${index}`, { userId: 'otto', authenticatedAt: NOW + 1 }),
            replaces: 'former',
            events: [],
          }),
        );
        expect(answers.filter(({ replaced }) => replaced.length > 0)).toEqual([{ replaced: ['spa-a'] }]);
        expect(await store.findSession('former')).toMatchObject({
          endedAt: NOW + 1,
          endReason: 'replaced-by-another-end-user',
        });
        expect((await store.findGrant('grant of code', null))?.sessionEndedAt).toBe(NOW + 1);
      });

      const renewal = (index: number) => ({
        sid: 'sid-1',
        handleHash: `handle ${index}`,
        silentHandleHash: `silent ${index}`,
        authenticatedAt: NOW + MINUTE,
        amr: ['pwd'],
        acr: null,
        idleLimitMs: MINUTE,
        absoluteLimitMs: 2 * MINUTE,
        device: { userAgent: 'another', address: '192.0.2.2' },
        events: [buildEvent(NOW, 'session.renewed', { sid: 'sid-1' })],
      });

      test('security.md 34: renewing replaces both handles, restarts the limits and keeps the sid', async () => {
        await start('sid-1');
        const { handleHash, silentHandleHash } = aSession('sid-1');
        expect(await store.renewSession(renewal(1))).toBe('renewed');
        expect(await store.findSessionByHandle(handleHash)).toBeNull();
        expect(await store.findSessionBySilentHandle(silentHandleHash)).toBeNull();
        expect(await store.findSessionByHandle('handle 1')).toMatchObject({
          sid: 'sid-1',
          authenticatedAt: NOW + MINUTE,
          lastActiveAt: NOW + MINUTE,
          limitsStartedAt: NOW + MINUTE,
          idleLimitMs: MINUTE,
          absoluteLimitMs: 2 * MINUTE,
          persistent: true,
        });
      });

      test('of 50 renewals one handle stays', async () => {
        await start('sid-1');
        await together((index) => store.renewSession(renewal(index)));
        const found = await together((index) => store.findSessionByHandle(`handle ${index}`));
        expect(found.filter((session) => session !== null)).toHaveLength(1);
      });

      test('a renewal never brings an ended session back', async () => {
        const seen = new Set<string>();
        for (const place of [0, 25, 49]) {
          const sid = `sid of ${place}`;
          await start(sid);
          const calls = Array.from({ length: CALLERS }, (_, index) => async () => {
            const own = { sid, handleHash: `h ${place} ${index}`, silentHandleHash: `s ${place} ${index}` };
            if (index !== place) seen.add(await store.renewSession({ ...renewal(index), ...own }));
            else await end(sid, NOW + 7);
          });
          await Promise.all(calls.map((call) => call()));
          expect(await store.findSession(sid)).toMatchObject({ endedAt: NOW + 7 });
          expect(await store.renewSession({ ...renewal(99), sid })).toBe('ended');
        }
        expect([...seen].sort()).toEqual(['ended', 'renewed']);
      });

      test('touching moves the idle clock forward, never back, and wakes nobody', async () => {
        await start('sid-1');
        await together((index) => store.touchSession('sid-1', NOW + ((index * 37) % CALLERS)));
        expect((await store.findSession('sid-1'))?.lastActiveAt).toBe(NOW + CALLERS - 1);
        await end('sid-1');
        expect(await store.touchSession('sid-1', NOW + MINUTE)).toBe('ended');
        expect((await store.findSession('sid-1'))?.lastActiveAt).toBe(NOW + CALLERS - 1);
      });
    });

    describe('users', () => {
      test('of 50 sign-ups with one identifier one is created, and the others leave nothing', async () => {
        const outcomes = await together((index) =>
          store.createUser(aUser(`new ${index}`, { identifierKeys: ['same@harbour.example'] }), [
            buildEvent(NOW, 'user.created', { userId: `new ${index}` }),
          ]),
        );
        expect(count(outcomes, 'created')).toBe(1);
        expect(count(outcomes, 'identifier-taken')).toBe(CALLERS - 1);
        const winner = await store.findUserByIdentifier('same@harbour.example');
        const rows = await together((index) => store.findUser(`new ${index}`));
        expect(rows.filter((row) => row !== null)).toEqual([winner]);
        expect(await store.findEvents({ after: 0, since: 0, atMost: 1_000 })).toHaveLength(1);
      });

      test('an update takes no identifier from another, and then changes nothing', async () => {
        const wish = aUser('mira', { identifierKeys: ['new', 'otto'], email: 'new@harbour.example' });
        expect(await store.updateUser(wish, NOW)).toBe('identifier-taken');
        expect((await store.findUserByIdentifier('mira'))?.email).toBe('mira@harbour.example');
        expect(await store.findUserByIdentifier('new')).toBeNull();
        expect((await store.findUserByIdentifier('otto'))?.userId).toBe('otto');
        expect(await store.updateUser(aUser('nobody', {}), NOW)).toBe('unknown');
        expect(await store.findUserByIdentifier('nobody')).toBeNull();
      });

      test('an update changes profile and identifiers, neither password nor block', async () => {
        const changed = aUser('mira', { identifierKeys: ['second'], passwordHash: 'x', blocked: true });
        expect(await store.updateUser(changed, NOW + 1)).toBe('updated');
        expect(await store.findUserByIdentifier('mira')).toBeNull();
        expect(await store.findUserByIdentifier('second')).toMatchObject({
          passwordHash: 'hash of mira',
          blocked: false,
          updatedAt: NOW + 1,
        });
      });

      test('a changed password leaves no session of before alive, whatever the order', async () => {
        const starts = together((index) => start(`sid-${index}`, { authenticatedAt: NOW + index }));
        const change = store.changePassword({
          userId: 'mira',
          passwordHash: 'new',
          now: NOW + CALLERS,
          events: [],
        });
        const lateStarts = together((index) => start(`late-${index}`, { authenticatedAt: NOW + index }));
        await Promise.all([starts, change, lateStarts]);
        const limits = { idleMs: MINUTE, absoluteMs: MINUTE };
        for (const kind of ['sid', 'late']) {
          const sessions = await together((index) => store.findSession(`${kind}-${index}`));
          for (const session of sessions)
            expect(session && decideSessionState(session, limits, NOW + CALLERS).state).toBe('ended');
        }
        expect(await store.findUser('mira')).toMatchObject({ passwordHash: 'new', notBefore: NOW + CALLERS });
      });

      test('blocking ends every session of the user and of nobody else; unblocking gives none back', async () => {
        await together((index) => start(`sid-${index}`, { userId: index % 2 === 0 ? 'mira' : 'otto' }));
        await store.blockUser({ userId: 'mira', blocked: true, now: NOW + 1, events: [] });
        await store.blockUser({ userId: 'mira', blocked: false, now: NOW + 2, events: [] });
        const sessions = await together((index) => store.findSession(`sid-${index}`));
        expect(sessions.map((session) => session?.endReason)).toEqual(
          sessions.map((_, index) => (index % 2 === 0 ? 'user-blocked' : null)),
        );
        expect(await store.blockUser({ userId: 'nobody', blocked: true, now: NOW, events: [] })).toBe(
          'unknown',
        );
      });

      test('a better hash of the same password ends nothing', async () => {
        await start('sid-1');
        await store.rehashPassword('mira', 'better');
        expect(await store.findUser('mira')).toMatchObject({ passwordHash: 'better', notBefore: 0 });
        expect((await store.findSession('sid-1'))?.endedAt).toBeNull();
      });
    });

    describe('password attempts', () => {
      const reserve = (now: number, ...keys: string[]) =>
        store.reserveLoginAttempt({
          buckets: keys.map((key) => ({ key, atMost: 10 })),
          windowMs: 15 * MINUTE,
          now,
        });

      test('F07: of 50 attempts at once exactly as many are reserved as the bucket holds', async () => {
        const answers = await together(() => reserve(NOW, 'account'));
        expect(answers.filter(({ outcome }) => outcome === 'reserved')).toHaveLength(10);
        expect(answers.filter(({ outcome }) => outcome === 'limited')).toEqual(
          Array.from({ length: 40 }, () => ({ outcome: 'limited', retryAt: NOW + 15 * MINUTE })),
        );
      });

      test('a limited attempt takes no place in its other bucket', async () => {
        await together(() => reserve(NOW, 'account'));
        await together(() => reserve(NOW, 'address', 'account'));
        const answers = await together(() => reserve(NOW, 'address'), 11);
        expect(answers.filter(({ outcome }) => outcome === 'reserved')).toHaveLength(10);
      });

      test('a reservation taken back leaves room for one more, in each of its buckets', async () => {
        const [first] = await together(() => reserve(NOW, 'account', 'address'), 10);
        if (first?.outcome !== 'reserved') throw new Error('the first of ten was not reserved');
        await store.releaseLoginAttempt(first.reservation);
        const answers = await together(() => reserve(NOW, 'account', 'address'));
        expect(answers.filter(({ outcome }) => outcome === 'reserved')).toHaveLength(1);
      });

      test('the moment to try again is told exactly', async () => {
        for (let index = 0; index < 10; index += 1) await reserve(NOW + index, 'account');
        const retryAt = NOW + 15 * MINUTE;
        expect(await reserve(NOW + 20, 'account')).toEqual({ outcome: 'limited', retryAt });
        expect(await reserve(retryAt - 1, 'account')).toEqual({ outcome: 'limited', retryAt });
        expect(await reserve(retryAt, 'account')).toMatchObject({ outcome: 'reserved' });
      });
    });

    describe('keys, secrets and configuration', () => {
      test('of 50 nodes that bring signing keys all use the same', async () => {
        const answers = await together((index) => store.adoptSigningKeys([aSigningKey(`key ${index}`)]));
        expect(new Set(answers.map((keys) => JSON.stringify(keys))).size).toBe(1);
        expect(answers[0]).toHaveLength(1);
        expect(await store.adoptSigningKeys([])).toEqual(answers[0]);
      });

      test('of 50 nodes with secrets of their own one is adopted, and all see which', async () => {
        const answers = await together((index) =>
          store.adoptSecretChecks(new Map([[`k${index}`, `v${index}`]])),
        );
        const known = answers.map((answer) => JSON.stringify([...answer]));
        expect(new Set(known).size).toBe(1);
        expect(answers[0]?.size).toBe(1);
      });

      test('a new secret beside a known one is adopted; a known id keeps its value', async () => {
        await store.adoptSecretChecks(new Map([['old', 'a']]));
        const known = await store.adoptSecretChecks(
          new Map([
            ['old', 'another'],
            ['new', 'b'],
          ]),
        );
        expect([...known].sort()).toEqual([
          ['new', 'b'],
          ['old', 'a'],
        ]);
      });

      test('saving configuration makes entries equal and leaves others', async () => {
        const entry = (id: string, value: number) => ({ kind: 'client' as const, id, document: { value } });
        await store.saveConfiguration([entry('a', 1), entry('b', 1)], []);
        await together((index) => store.saveConfiguration([entry('a', index)], []));
        const found = await store.findConfiguration();
        expect(found.map(({ id }) => id)).toEqual(['a', 'b']);
        expect(found[1]).toEqual(entry('b', 1));
      });

      test('of 50 deletions of an entry one deletes it, and no other', async () => {
        const entry = (id: string) => ({ kind: 'client' as const, id, document: {} });
        await store.saveConfiguration([entry('a'), entry('b'), { ...entry('a'), kind: 'database' }], []);
        const answers = await together(() =>
          store.deleteConfiguration({ kind: 'client', id: 'a', events: [] }),
        );
        expect(answers.filter((answer) => answer === 'deleted')).toHaveLength(1);
        const found = await store.findConfiguration();
        expect(found.map(({ kind, id }) => `${kind} ${id}`)).toEqual(['client b', 'database a']);
      });

      test('of 50 sealed values of one name all nodes use the same, and it is replaced only as it was read', async () => {
        const answers = await together((index) => store.adoptSealedValue('name', `value ${index}`));
        expect(new Set(answers).size).toBe(1);
        const [from = ''] = answers;
        const replaced = await together((index) =>
          store.replaceSealedValue({ name: 'name', from, to: `next ${index}` }),
        );
        expect(replaced.filter((answer) => answer === 'replaced')).toHaveLength(1);
        expect(await store.adoptSealedValue('name', 'late')).toMatch(/^next /);
        expect(await store.adoptSealedValue('other', 'own')).toBe('own');
      });
    });

    describe('consent', () => {
      test('of 50 consents to one API one row stays, and other users and clients have none', async () => {
        await together((index) =>
          store.recordConsent(aConsent({ scope: ['openid', `s${index}`], givenAt: NOW + index }), []),
        );
        const found = await store.findConsents('mira', 'spa-a');
        expect(found).toHaveLength(1);
        expect(found[0]?.scope[1]).toBe(`s${(found[0]?.givenAt ?? 0) - NOW}`);
        expect(await store.findConsents('otto', 'spa-a')).toEqual([]);
        expect(await store.findConsents('mira', 'spa-b')).toEqual([]);
      });
    });

    describe('interactions', () => {
      test('of 50 begun in one browser the newest ten stay, and other browsers keep theirs', async () => {
        await store.startInteraction(anInteraction('other', { browserHash: 'another browser' }), 10);
        await together((index) =>
          store.startInteraction(anInteraction(`id ${index}`, { startedAt: NOW + index }), 10),
        );
        const found = await together((index) => store.findInteraction(`id ${index}`));
        const kept = found.flatMap((row) => (row === null ? [] : [row.id]));
        expect(kept).toEqual(Array.from({ length: 10 }, (_, index) => `id ${40 + index}`));
        expect(await store.findInteraction('other')).not.toBeNull();
      });

      test('a finished interaction takes no more progress', async () => {
        await start('sid-1');
        await store.startInteraction(anInteraction('id'), 10);
        const progress = { ...anInteraction('id').progress, authenticatedSid: 'sid-1' };
        expect(await store.recordInteractionProgress('id', progress)).toBe('recorded');
        await store.saveAuthorizationCode({ code: aCode('code'), finishes: 'id', touch: true });
        expect(await store.findInteraction('id')).toEqual(anInteraction('id', { progress, finishedAt: NOW }));
        expect(await store.recordInteractionProgress('id', progress)).toBe('unknown');
        expect(await store.recordInteractionProgress('nothing', progress)).toBe('unknown');
      });

      test('a posted request is found until it expires', async () => {
        const posted = { handleHash: 'h', path: '/authorize', sealedBody: 'sealed', expiresAt: NOW + MINUTE };
        await store.keepPostedRequest(posted);
        expect(await store.findPostedRequest('h', NOW + MINUTE - 1)).toEqual(posted);
        expect(await store.findPostedRequest('h', NOW + MINUTE)).toBeNull();
      });
    });

    describe('attachments (design.md 4)', () => {
      const move = (overrides: Partial<AttachmentMove> = {}): AttachmentMove => ({
        handleHash: 'attachment',
        kid: 'k1',
        origin: 'https://a.test',
        presentedGeneration: null,
        overlapMs: 30_000,
        jkt: null,
        ...overrides,
      });
      const exchange = async (id: string, given: Partial<AttachmentMove>, now: number) => {
        const redeemed = await redeem(id, move(given), now);
        if (redeemed.outcome !== 'redeemed') throw new Error(redeemed.outcome);
        return redeemed.attachment;
      };

      test('50 tabs that exchange at once are given one value, first and ever after', async () => {
        await start('sid-1');
        await together((index) => save(`first ${index}`));
        const placed = await together((index) => exchange(`first ${index}`, {}, NOW));
        expect(placed).toEqual(placed.map(() => ({ generation: 1, kid: 'k1' })));
        await together((index) => save(`next ${index}`));
        const moved = await together((index) =>
          exchange(`next ${index}`, { presentedGeneration: 1 }, NOW + MINUTE),
        );
        expect(moved).toEqual(moved.map(() => ({ generation: 2, kid: 'k1' })));
        expect(await store.findAttachment('attachment')).toMatchObject({
          attachment: { generation: 2, movedAt: NOW + MINUTE, endedAt: null },
          session: { sid: 'sid-1' },
        });
      });

      test('RFC 9449: from an exchange on it is bound to the key of that exchange, placed, advanced or revived', async () => {
        await start('sid-1');
        const keyOf = async () => (await store.findAttachment('attachment'))?.attachment.jkt;
        await save('first');
        await redeem('first', move({ jkt: 'a' }));
        expect(await keyOf()).toBe('a');
        await save('of its value');
        await redeem('of its value', move({ presentedGeneration: 1, jkt: 'b' }));
        expect(await keyOf()).toBe('b');
        await save('by hand');
        await redeem('by hand', move({ overlapMs: 0, jkt: null }));
        expect(await keyOf()).toBeNull();
        await store.advanceAttachment({
          handleHash: 'attachment',
          generation: 9,
          kid: 'k1',
          now: NOW,
          events: [],
        });
        expect(await keyOf()).toBeNull();
        await store.endAttachment({ handleHash: 'attachment', now: NOW, events: [] });
        await save('again');
        await redeem('again', move({ jkt: 'c' }));
        expect(await keyOf()).toBe('c');
      });

      test('past the overlap a code of an older value moves nothing', async () => {
        await start('sid-1');
        for (const id of ['a', 'b', 'c', 'd']) await save(id);
        await exchange('a', {}, NOW);
        await exchange('b', { presentedGeneration: 1 }, NOW + 1);
        expect(await exchange('c', { presentedGeneration: 1 }, NOW + 30_001)).toBeNull();
        expect((await store.findAttachment('attachment'))?.attachment.generation).toBe(2);
        expect(await exchange('d', {}, NOW + 30_001)).toEqual({ generation: 3, kid: 'k1' });
      });

      test('a new handle of the same session, client and origin takes the place of the old', async () => {
        await start('sid-1');
        await save('a');
        await save('b');
        await exchange('a', {}, NOW);
        await exchange('b', { handleHash: 'after signing in again' }, NOW + 1);
        expect(await store.findAttachment('attachment')).toBeNull();
        expect((await store.findAttachment('after signing in again'))?.attachment.generation).toBe(1);
      });

      test('of 50 ends one ends it, and a code of it moves nothing any more', async () => {
        await start('sid-1');
        await save('a');
        await save('b');
        await exchange('a', {}, NOW);
        const ended = await together(() =>
          store.endAttachment({ handleHash: 'attachment', now: NOW, events: [] }),
        );
        expect(count(ended, 'ended')).toBe(1);
        expect(await exchange('b', { presentedGeneration: 1 }, NOW)).toBeNull();
      });

      test('an attachment is found with its session, ended or not', async () => {
        await start('sid-1');
        await save('a');
        await exchange('a', {}, NOW);
        await end('sid-1', NOW + 1);
        expect(await store.findAttachment('attachment')).toMatchObject({
          attachment: { endedAt: null },
          session: { sid: 'sid-1', endedAt: NOW + 1 },
        });
      });

      test('a value newer than the row makes the row jump ahead', async () => {
        await start('sid-1');
        await save('a');
        await exchange('a', {}, NOW);
        await store.advanceAttachment({
          handleHash: 'attachment',
          generation: 9,
          kid: 'k2',
          now: NOW + 1,
          events: [],
        });
        expect((await store.findAttachment('attachment'))?.attachment).toMatchObject({
          generation: 9,
          kid: 'k2',
          previousKid: 'k1',
        });
      });
    });

    describe('the record', () => {
      test('events of 50 callers have ids that grow, each is read once, and batches stay together', async () => {
        await together((index) =>
          store.recordEvents([
            buildEvent(NOW, 'silent.succeeded', { sid: `${index} a` }),
            buildEvent(NOW, 'silent.succeeded', { sid: `${index} b` }),
          ]),
        );
        const read: string[] = [];
        let after = 0;
        for (;;) {
          const page = await store.findEvents({ after, since: 0, atMost: 7 });
          if (page.length === 0) break;
          for (const { id, sid } of page) {
            expect(id).toBeGreaterThan(after);
            after = id;
            read.push(sid ?? '');
          }
        }
        expect(read).toHaveLength(2 * CALLERS);
        expect(new Set(read).size).toBe(2 * CALLERS);
        for (let index = 0; index < read.length; index += 2)
          expect(read[index + 1]).toBe(read[index]?.replace(' a', ' b'));
      });

      test('only events since a moment are read', async () => {
        await store.recordEvents([buildEvent(NOW, 'login.failed', {})]);
        await store.recordEvents([buildEvent(NOW + 5, 'login.succeeded', { userId: 'mira' })]);
        const found = await store.findEvents({ after: 0, since: NOW + 5, atMost: 10 });
        expect(found).toEqual([
          { ...buildEvent(NOW + 5, 'login.succeeded', { userId: 'mira' }), id: expect.any(Number) },
        ]);
      });
    });

    describe('what nothing can ask for any more', () => {
      const HOUR = 60 * MINUTE;
      const DAY = 24 * HOUR;
      const policy = (atMost: number) => ({ logRetentionMs: 100 * HOUR, atMost });
      /** Past its limit for so long that nobody asks for it any more. */
      const forgotten = { limitsStartedAt: NOW - 60 * DAY, absoluteLimitMs: HOUR };

      test('goes in small steps, and what lives stays', async () => {
        await together((index) => start(`old ${index}`, forgotten));
        await start('young');
        await save('of young', { sid: 'young' });
        await together((index) =>
          store.startGrant({
            grant: aGrant(`old ${index}`, { expiresAt: NOW - 1 }),
            touch: false,
            finishes: null,
          }),
        );
        await store.recordEvents([buildEvent(NOW - 101 * HOUR, 'login.failed', {})]);
        await store.recordEvents([buildEvent(NOW - 99 * HOUR, 'login.failed', {})]);
        await store.startInteraction(anInteraction('old', { expiresAt: NOW - 1 }), 50);
        await store.startInteraction(anInteraction('young'), 50);

        const steps: number[] = [];
        for (;;) {
          const gone = await store.deleteExpired(NOW, policy(20));
          if (gone === 0) break;
          steps.push(gone);
        }
        // 50 sessions, 50 grants, an event and an interaction; nothing of the old sessions hung on them.
        expect(steps.reduce((sum, gone) => sum + gone, 0)).toBe(2 * CALLERS + 2);
        expect(steps.length).toBeGreaterThanOrEqual(3);
        expect(await store.findSession('old 7')).toBeNull();
        expect(await store.findSession('young')).not.toBeNull();
        expect(await store.findAuthorizationCode('of young')).not.toBeNull();
        expect(await store.findInteraction('young')).not.toBeNull();
        expect(await store.findEvents({ after: 0, since: 0, atMost: 10 })).toHaveLength(1);
      });

      test('a redeemed code is remembered past its expiry, so that a second use is known for what it is', async () => {
        await start('sid-1');
        await save('code');
        await redeem('code');
        await store.deleteExpired(NOW + HOUR, policy(100));
        expect(await redeem('code', null, NOW + HOUR)).toEqual({ outcome: 'already-redeemed' });
      });

      test('design.md 3: an expired session is still found a month later, so that it can be ended and named', async () => {
        await start('sid-1', { limitsStartedAt: NOW - 30 * DAY, absoluteLimitMs: HOUR });
        await store.deleteExpired(NOW, policy(100));
        expect(await end('sid-1')).toMatchObject({ outcome: 'ended' });
        await store.deleteExpired(NOW + 2 * DAY, policy(100));
        expect(await store.findSession('sid-1')).toBeNull();
      });

      test('a forgotten session goes with what hung on it', async () => {
        await start('sid-1', forgotten);
        await save('code');
        await redeem('code', {
          handleHash: 'attachment',
          kid: 'k',
          origin: 'https://a.test',
          presentedGeneration: null,
          overlapMs: 0,
          jkt: null,
        });
        await store.deleteExpired(NOW, policy(100));
        expect(await store.findSession('sid-1')).toBeNull();
        expect(await store.findAttachment('attachment')).toBeNull();
        expect(await store.findParticipants('sid-1')).toEqual([]);
      });
    });

    test('beat answers where the store can be written to', async () => {
      await together((index) => store.beat(NOW + index));
    });

    describeFamilies(() => store);

    test('every method of a closed store throws StoreUnavailable, and closing twice is nothing', async () => {
      await store.close();
      const calls: Record<string, () => Promise<unknown>> = {
        findConfiguration: () => store.findConfiguration(),
        findUser: () => store.findUser('mira'),
        findFamily: () => store.findFamily({ sid: 's', handleHash: 'h' }),
        findSessionByHandle: () => store.findSessionByHandle('h'),
        findAuthorizationCode: () => store.findAuthorizationCode('c'),
        findEvents: () => store.findEvents({ after: 0, since: 0, atMost: 1 }),
        startSession: () => start('sid-1'),
        endSession: () => end('sid-1'),
        saveAuthorizationCode: () => save('code'),
        redeemAuthorizationCode: () => redeem('code'),
        recordEvents: () => store.recordEvents([]),
        deleteExpired: () => store.deleteExpired(NOW, { logRetentionMs: 1, atMost: 1 }),
        beat: () => store.beat(NOW),
      };
      for (const [method, call] of Object.entries(calls))
        await expect(call(), method).rejects.toMatchObject({ name: 'StoreUnavailable' });
      await store.close();
    });

    test('two stores of one test share nothing', async () => {
      const id = randomBytes(8).toString('hex');
      await start(id);
      const other = await openStore();
      expect(await other.findSession(id)).toBeNull();
      await other.close();
    });
  });
}
