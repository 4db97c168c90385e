import { beforeEach, describe, expect, test } from 'vitest';
import type { NewFamily, RefreshOutcome } from '../refresh-token/family.js';
import type { AuthorizationCode, Store } from './store.js';
import { aCode, aConsent, aNewFamily, aRefreshTokenUse, aSession, MINUTE, NOW } from './store-samples.js';

const CALLERS = 50;
const DAY = 24 * 60 * MINUTE;

/** What any store must hold of refresh token families, each operation attacked by 50 callers at once. @see design.md 5 */
export function describeFamilies(openedStore: () => Store): void {
  describe('refresh token families (design.md 5)', () => {
    let store: Store;
    beforeEach(async () => {
      store = openedStore();
      await startSession('sid-1');
    });

    const startSession = (sid: string, overrides: Parameters<typeof aSession>[1] = {}) =>
      store.startSession({ session: aSession(sid, overrides), replaces: null, events: [] });
    const codeOf = (handleHash: string, code: Partial<AuthorizationCode> = {}) =>
      aCode(`code of ${handleHash}`, { grantId: handleHash, scope: ['openid', 'offline_access'], ...code });
    const redeem = (code: AuthorizationCode, family: NewFamily | null, now = NOW) =>
      store.redeemAuthorizationCode({
        code,
        now,
        accessTokenExpiresAt: now + 60 * MINUTE,
        touch: false,
        attach: null,
        family,
        replayEvents: [],
      });
    const start = async (
      handleHash: string,
      family: Partial<NewFamily> = {},
      code: Partial<AuthorizationCode> = {},
      now = NOW,
    ) => {
      const issued = codeOf(handleHash, code);
      await store.saveAuthorizationCode({ code: issued, finishes: null, touch: false });
      return redeem(issued, aNewFamily(handleHash, family), now);
    };
    const use = (...given: Parameters<typeof aRefreshTokenUse>) =>
      store.useRefreshToken(aRefreshTokenUse(...given));
    const find = async (handleHash: string, sid = 'sid-1') =>
      (await store.findFamily({ sid, handleHash }))?.family ?? null;
    const together = <T>(call: (index: number) => Promise<T>, callers = CALLERS) =>
      Promise.all(Array.from({ length: callers }, (_, index) => call(index)));
    const told = (outcome: RefreshOutcome) =>
      outcome.outcome === 'refused'
        ? outcome.reason
        : outcome.outcome === 'nonce-required'
          ? outcome.outcome
          : `${outcome.outcome} ${outcome.standing.family.generation}`;
    const eventNames = async () =>
      (await store.findEvents({ after: 0, since: 0, atMost: 100 })).map(({ name }) => name);

    test('one begins with the code, in place of a grant, and is found with its session and End-User', async () => {
      const claims = { idToken: ['email'], userinfo: ['name'] };
      const code = { claims, amr: ['pwd', 'otp'], acr: 'gold', audience: 'https://api.a.test/' };
      expect(await start('f', { jkt: 'key' }, code)).toMatchObject({ outcome: 'redeemed' });
      const found = await store.findFamily({ sid: 'sid-1', handleHash: 'f' });
      expect(found?.family).toEqual({
        sid: 'sid-1',
        handleHash: 'f',
        clientId: 'spa-a',
        scope: ['openid', 'offline_access'],
        ...code,
        authenticatedAt: NOW,
        startedAt: NOW,
        expiresAt: NOW + 30 * DAY,
        idleLimitMs: 15 * DAY,
        outlives: 'expiry',
        jkt: 'key',
        generation: 1,
        kid: 'k1',
        previousKid: null,
        rotatedAt: NOW,
        usedAt: NOW,
        rotatedBy: 1,
        repeats: 0,
        lateGeneration: null,
        revokedAt: null,
        revokeReason: null,
      });
      expect(found?.session).toEqual(await store.findSession('sid-1'));
      expect(found?.user).toEqual(await store.findUser('mira'));
      expect(await store.findGrant('f', 'sid-1')).toMatchObject({
        grantId: 'f',
        clientId: 'spa-a',
        userId: 'mira',
        userinfoClaims: ['name'],
        endedAt: null,
        outlivesSessionEnd: false,
      });
      expect(await store.findFamily({ sid: 'sid-1', handleHash: 'other' })).toBeNull();
      expect(await store.findFamily({ sid: 'other', handleHash: 'f' })).toBeNull();
    });

    test('use by use the generation grows by one, and the secrets of the last two are known', async () => {
      await start('f');
      expect(told(await use('f', 1, { successorKid: 'k2', now: NOW + 1, from: 7 }))).toBe('rotated 2');
      expect(await find('f')).toMatchObject({
        kid: 'k2',
        previousKid: 'k1',
        rotatedAt: NOW + 1,
        usedAt: NOW + 1,
        rotatedBy: 7,
      });
      const second = { presented: { kid: 'k2', generation: 2 }, successorKid: 'k2' };
      expect(told(await use('f', 2, second))).toBe('rotated 3');
    });

    test('D03 of 50 uses at once within the overlap one rotates and all get the same successor', async () => {
      await start('f');
      const outcomes = await together(() => use('f', 1));
      expect(outcomes.map(told).sort()).toEqual([...Array(CALLERS - 1).fill('repeated 2'), 'rotated 2']);
      expect(await find('f')).toMatchObject({ generation: 2, repeats: CALLERS - 1, revokedAt: null });
    });

    test('D01 without overlap one of 50 uses wins and the family is dead', async () => {
      await start('f');
      const outcomes = await together(() => use('f', 1, { policy: { overlapMs: 0 } }));
      expect(outcomes.filter(({ outcome }) => outcome === 'rotated')).toHaveLength(1);
      expect(outcomes.filter((outcome) => told(outcome) === 'replayed')).toHaveLength(CALLERS - 1);
      expect(await find('f')).toMatchObject({ revokedAt: NOW, revokeReason: 'replayed' });
      expect(told(await use('f', 2))).toBe('replayed');
      // One alarm, not one for each of those that came too late.
      expect((await eventNames()).filter((name) => name === 'refresh.replayed')).toHaveLength(1);
    });

    test('a replay flags the session and, where the tenant says so, ends it in the same step', async () => {
      await start('f');
      await start('g');
      await use('f', 1);
      await use('g', 1);
      const late = { now: NOW + MINUTE };
      expect(told(await use('f', 1, late))).toBe('replayed');
      expect(await store.findSession('sid-1')).toMatchObject({ flaggedAt: NOW + MINUTE, endedAt: null });
      expect(told(await use('g', 1, { ...late, policy: { replayEndsSession: true } }))).toBe('replayed');
      expect(await store.findSession('sid-1')).toMatchObject({
        endedAt: NOW + MINUTE,
        endReason: 'refresh-token-replayed',
      });
    });

    test('a token newer than its row makes the row jump ahead; nobody is signed out', async () => {
      await start('f');
      expect(told(await use('f', 7))).toBe('rotated 8');
      expect(await find('f')).toMatchObject({ generation: 8, revokedAt: null });
      expect(await eventNames()).toContain('rollback.detected');
    });

    test('a retry from elsewhere is put on record, and is replay where the tenant says so', async () => {
      await start('f');
      await use('f', 1);
      expect(await use('f', 1, { from: 2 })).toMatchObject({ outcome: 'repeated', elsewhere: true });
      expect(await eventNames()).toContain('refresh.overlap-elsewhere');
      const strict = { from: 2, policy: { overlapElsewhereIsReplay: true } };
      expect(told(await use('f', 1, strict))).toBe('replayed');
    });

    test('a refusal leaves no trace: another client, another key, another secret, a closed audience', async () => {
      await start('f', { jkt: 'key' });
      const before = await find('f');
      const proof = { jkt: 'key', nonceIssuedAt: NOW };
      const refused = await Promise.all([
        use('f', 1, { clientId: 'spa-b', proof }),
        use('f', 1),
        use('f', 1, { proof: { jkt: 'other', nonceIssuedAt: NOW } }),
        use('f', 1, { proof, presented: { kid: 'k9', generation: 1 } }),
        use('f', 1, { proof, policy: { audiences: ['https://api.a.test/'] } }),
      ]);
      expect(refused.map(told)).toEqual([
        'unknown',
        'key-differs',
        'key-differs',
        'secret-changed',
        'audience-closed',
      ]);
      expect(await find('f')).toEqual(before);
      expect(told(await use('f', 1, { proof }))).toBe('rotated 2');
    });

    test('a bound family takes its predecessor late, once a generation and with a fresh nonce', async () => {
      await start('f', { jkt: 'key' });
      const at = NOW + DAY;
      const fresh = { jkt: 'key', nonceIssuedAt: at };
      await use('f', 1, { proof: { jkt: 'key', nonceIssuedAt: NOW } });
      expect(told(await use('f', 1, { proof: { jkt: 'key', nonceIssuedAt: NOW }, now: at }))).toBe(
        'nonce-required',
      );
      expect(told(await use('f', 1, { proof: fresh, now: at }))).toBe('repeated 2');
      expect(told(await use('f', 1, { proof: fresh, now: at }))).toBe('replayed');
    });

    test('a token that is kept stays as it is, and its use is remembered', async () => {
      await start('f');
      const outcomes = await together((index) =>
        use('f', 1, { policy: { rotates: false }, now: NOW + index }),
      );
      expect(new Set(outcomes.map(told))).toEqual(new Set(['kept 1']));
      expect(await find('f')).toMatchObject({ usedAt: NOW + CALLERS - 1, rotatedAt: NOW });
    });

    test('time in which the service could not answer does not count against the overlap', async () => {
      await start('f');
      await start('g');
      await store.beat(NOW);
      await use('f', 1);
      await use('g', 1);
      const back = NOW + 5 * MINUTE;
      // Before the first beat after it, and after.
      expect(told(await use('f', 1, { now: back }))).toBe('repeated 2');
      await store.beat(back);
      expect(told(await use('f', 1, { now: back + 29_000 }))).toBe('repeated 2');
      await store.beat(back + 1_000);
      await store.beat(back + 2_000);
      expect(told(await use('g', 1, { now: back + 2_999 }))).toBe('repeated 2');
      for (let second = 3; second <= 40; second += 1) await store.beat(back + second * 1_000);
      expect(told(await use('g', 1, { now: back + 40_000 }))).toBe('replayed');
    });

    test('an ended session, a blocked End-User, a new password and an ended client each end it', async () => {
      await startSession('sid-2');
      await start('f');
      await start('g', { outlives: 'end' }, { sid: 'sid-2' });
      const inSecond = { key: { sid: 'sid-2', handleHash: 'g' } };
      await together((index) =>
        store.endSession({ sid: index % 2 ? 'sid-1' : 'sid-2', reason: 'signed-out', now: NOW, events: [] }),
      );
      expect(told(await use('f', 1))).toBe('session-ended');
      // A client that asked to survive even that.
      expect(told(await use('g', 1, inSecond))).toBe('rotated 2');
      expect(told(await use('g', 2, { ...inSecond, policy: { outlives: 'expiry' } }))).toBe('session-ended');
      expect(told(await use('g', 2, { ...inSecond, policy: { clientNotBefore: NOW + 1 } }))).toBe(
        'client-ended',
      );
      await store.blockUser({ userId: 'mira', blocked: true, now: NOW + 1, events: [] });
      expect(told(await use('g', 2, inSecond))).toBe('user-blocked');
      await store.blockUser({ userId: 'mira', blocked: false, now: NOW + 2, events: [] });
      expect(told(await use('g', 2, inSecond))).toBe('account-changed');
    });

    test('an expired session ends only those that do not outlive it', async () => {
      await start('f');
      await start('g');
      const expired = NOW + 3 * DAY;
      expect(told(await use('f', 1, { now: expired }))).toBe('rotated 2');
      expect(told(await use('g', 1, { now: expired, policy: { outlives: 'nothing' } }))).toBe(
        'session-expired',
      );
    });

    test('idle and absolute limits: the stricter of then and now, and no rotation moves the absolute one', async () => {
      await start('f', { idleLimitMs: 10 * MINUTE, expiresAt: NOW + 25 * MINUTE });
      expect(told(await use('f', 1, { now: NOW + 9 * MINUTE }))).toBe('rotated 2');
      expect(told(await use('f', 2, { now: NOW + 14 * MINUTE, policy: { idleLimitMs: 5 * MINUTE } }))).toBe(
        'expired-idle',
      );
      expect(told(await use('f', 2, { now: NOW + 18 * MINUTE }))).toBe('rotated 3');
      expect(told(await use('f', 3, { now: NOW + 25 * MINUTE }))).toBe('expired-absolute');
      await start('g', { idleLimitMs: null, expiresAt: null });
      const infinite = { policy: { idleLimitMs: null, absoluteLimitMs: null } };
      expect(told(await use('g', 1, { now: NOW + 4_000 * DAY, ...infinite }))).toBe('rotated 2');
    });

    test('the code used twice kills the family of its first use', async () => {
      await start('f');
      expect((await redeem(codeOf('f'), aNewFamily('f'))).outcome).toBe('already-redeemed');
      expect(told(await use('f', 1))).toBe('code-replayed');
      expect((await store.findGrant('f', 'sid-1'))?.endedAt).toBe(NOW);
    });

    test('a sign-out that comes first leaves no family behind, and of those before it none is usable', async () => {
      for (let round = 0; round < 10; round += 1) {
        const sid = `race ${round}`;
        await startSession(sid);
        const [ended, ...born] = await Promise.all([
          store.endSession({ sid, reason: 'signed-out', now: NOW, events: [] }),
          ...Array.from({ length: 10 }, (_, index) =>
            start(`f ${index}`, {}, { sid, codeHash: `${sid} ${index}` }).catch(() => null),
          ),
        ]);
        expect(ended).toMatchObject({ outcome: 'ended' });
        for (const [index, outcome] of born.entries()) {
          const key = { sid, handleHash: `f ${index}` };
          if (outcome?.outcome === 'redeemed') expect(told(await use('', 1, { key }))).toBe('session-ended');
          else expect(await store.findFamily(key)).toBeNull();
        }
      }
    });

    test('revoked by whoever may, it is dead for good, and one of 50 callers is told so', async () => {
      await start('f');
      const key = { sid: 'sid-1', handleHash: 'f' };
      const outcomes = await together((index) =>
        store.revokeFamily({ key, reason: 'client-request', now: NOW + index, events: [] }),
      );
      expect(outcomes.filter((outcome) => outcome === 'revoked')).toHaveLength(1);
      expect(told(await use('f', 1))).toBe('client-request');
      await start('g');
      expect(await store.endGrant({ grantId: 'g', sid: 'sid-1', now: NOW, events: [] })).toBe('ended');
      expect(await store.endGrant({ grantId: 'g', sid: 'sid-1', now: NOW, events: [] })).toBe(
        'already-ended',
      );
      expect(told(await use('g', 1))).toBe('client-request');
    });

    test('with consent withdrawn, families, codes and grants of that client end, and others live', async () => {
      await start('f');
      await start('other', {}, { clientId: 'spa-b' });
      await store.saveAuthorizationCode({ code: aCode('waiting'), finishes: null, touch: false });
      await store.saveAuthorizationCode({ code: aCode('spent'), finishes: null, touch: false });
      await redeem(aCode('spent'), null, NOW + 2);
      await store.recordConsent(aConsent(), []);
      const ended = await store.endAuthorizations({
        userId: 'mira',
        clientId: 'spa-a',
        reason: 'consent-withdrawn',
        withdrawsConsent: true,
        now: NOW + 5,
        events: [],
      });
      expect(ended).toEqual({ families: 1 });
      expect(told(await use('f', 1))).toBe('consent-withdrawn');
      expect((await redeem(aCode('waiting'), null, NOW + 6)).outcome).toBe('session-ended');
      expect((await store.findGrant('grant of spent', 'sid-1'))?.endedAt).toBe(NOW + 5);
      expect(await store.findConsents('mira', 'spa-a')).toEqual([]);
      expect(told(await use('other', 1, { clientId: 'spa-b' }))).toBe('rotated 2');
      // What comes after lives.
      await start('new', {}, { issuedAt: NOW + 6 }, NOW + 6);
      expect(told(await use('new', 1, { now: NOW + 7 }))).toBe('rotated 2');
    });

    test('sessions of an End-User end together, and with them what outlives a sign-out', async () => {
      await start('f', { outlives: 'end' });
      await startSession('sid-2');
      await startSession('of otto', { userId: 'otto' });
      const end = { reason: 'revoked', now: NOW + 1, events: [] } as const;
      expect(await store.endSessionsOfUser({ userId: 'mira', ...end })).toEqual({
        outcome: 'ended',
        sessions: 2,
      });
      expect(await store.endSessionsOfUser({ userId: 'nobody', ...end })).toEqual({ outcome: 'unknown' });
      expect(told(await use('f', 1, { now: NOW + 2 }))).toBe('account-changed');
      expect((await store.findSession('of otto'))?.endedAt).toBeNull();
    });

    test('beyond the most that may live, unused ones of the same session go first, then the least recently used', async () => {
      await startSession('sid-2');
      const elsewhere = { sid: 'sid-2' };
      await start('used long ago', { atMost: 3 }, elsewhere);
      await use('', 1, { key: { sid: 'sid-2', handleHash: 'used long ago' }, now: NOW + 1 });
      await start('unused here', { atMost: 3 }, {}, NOW + 10);
      await start('used here', { atMost: 3 }, {}, NOW + 2);
      await use('used here', 1, { now: NOW + 3 });
      await start('fourth', { atMost: 3 }, {}, NOW + 20);
      expect(await find('unused here')).toMatchObject({ revokeReason: 'too-many' });
      await use('fourth', 1, { now: NOW + 21 });
      await start('fifth', { atMost: 3 }, {}, NOW + 30);
      expect(await find('used long ago', 'sid-2')).toMatchObject({ revokeReason: 'too-many' });
      expect(await find('used here')).toMatchObject({ revokedAt: null });
    });

    test('dead ones take nobody’s place, and one that does not rotate counts as used once it was', async () => {
      const kept = { policy: { rotates: false } };
      await startSession('sid-2');
      await startSession('sid-3');
      await start('used long ago', { atMost: 3 }, { sid: 'sid-2' });
      await start('signed out', { atMost: 3 }, { sid: 'sid-3' }, NOW + 1);
      await store.endSession({ sid: 'sid-3', reason: 'signed-out', now: NOW + 2, events: [] });
      await start('idle', { atMost: 3, idleLimitMs: 5 }, { sid: 'sid-2' }, NOW + 3);
      await start('expired', { atMost: 3, expiresAt: NOW + 20 }, { sid: 'sid-2' }, NOW + 4);
      await start('kept', { atMost: 3 }, {}, NOW + 21);
      await use('kept', 1, { ...kept, now: NOW + 22 });
      await start('unused', { atMost: 3 }, {}, NOW + 23);
      for (const [name, sid] of [
        ['used long ago', 'sid-2'],
        ['kept', 'sid-1'],
        ['unused', 'sid-1'],
      ] as const)
        expect(await find(name, sid)).toMatchObject({ revokedAt: null });
      await start('one more', { atMost: 3 }, {}, NOW + 24);
      expect(await find('unused')).toMatchObject({ revokeReason: 'too-many' });
      expect(await find('kept')).toMatchObject({ revokedAt: null });
    });

    test('sessions and families are listed by End-User, client and session, page by page', async () => {
      await startSession('sid-2', { userId: 'otto' });
      for (const name of ['f', 'g', 'h']) await start(name);
      await start('of b', {}, { clientId: 'spa-b' });
      await start('of otto', {}, { sid: 'sid-2', userId: 'otto' });
      const all = { userId: null, clientId: null, sid: null, after: null, atMost: 100 };
      const names = async (query: Partial<Parameters<Store['findFamilies']>[0]>) =>
        (await store.findFamilies({ ...all, ...query })).map(({ family }) => family.handleHash);
      expect(await names({})).toEqual(['f', 'g', 'h', 'of b', 'of otto']);
      expect(await names({ clientId: 'spa-a', userId: 'mira' })).toEqual(['f', 'g', 'h']);
      expect(await names({ userId: 'otto' })).toEqual(['of otto']);
      expect(await names({ sid: 'sid-1', clientId: 'spa-b' })).toEqual(['of b']);
      expect(await names({ atMost: 2 })).toEqual(['f', 'g']);
      expect(await names({ atMost: 2, after: { sid: 'sid-1', handleHash: 'g' } })).toEqual(['h', 'of b']);

      const sessions = async (query: Partial<Parameters<Store['findSessions']>[0]>) =>
        (await store.findSessions({ ...all, ...query })).map(({ session, participants }) => [
          session.sid,
          participants,
        ]);
      expect(await sessions({})).toEqual([
        ['sid-1', ['spa-a', 'spa-b']],
        ['sid-2', ['spa-a']],
      ]);
      expect(await sessions({ clientId: 'spa-b' })).toEqual([['sid-1', ['spa-a', 'spa-b']]]);
      expect(await sessions({ userId: 'otto' })).toEqual([['sid-2', ['spa-a']]]);
      expect(await sessions({ after: 'sid-1' })).toEqual([['sid-2', ['spa-a']]]);
    });

    test('a dead family is kept as long as its tokens may be asked about, and its session as long as it', async () => {
      const later = NOW + 32 * DAY;
      await startSession('sid-2', { limitsStartedAt: NOW - 90 * DAY });
      await start('idle', { idleLimitMs: MINUTE });
      await start('living', { expiresAt: null, idleLimitMs: null }, { sid: 'sid-2' });
      const cleanUp = async (now: number) => {
        const policy = { logRetentionMs: 1_000 * DAY, atMost: 100 };
        await store.deleteExpired(now, policy);
        await store.deleteExpired(now, policy);
      };
      await cleanUp(NOW + 30 * DAY);
      expect(await find('idle')).not.toBeNull();
      await cleanUp(later);
      expect(await find('idle')).toBeNull();
      expect(await find('living', 'sid-2')).not.toBeNull();
      expect(await store.findSession('sid-2')).not.toBeNull();
      await store.revokeFamily({
        key: { sid: 'sid-2', handleHash: 'living' },
        reason: 'revoked',
        now: later,
        events: [],
      });
      await cleanUp(later + 32 * DAY);
      expect(await store.findSession('sid-2')).toBeNull();
    });
  });
}
