import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Store } from '../store.js';
import { aUser, NOW } from '../store-samples.js';
import { describeAttachments } from './attachments.js';
import { describeBrowserSessions } from './browser-sessions.js';
import { describeCodes } from './codes.js';
import { describeConfiguration } from './configuration.js';
import { describeConsent } from './consent.js';
import { describeFamilies } from './families.js';
import { describeInteractions } from './interactions.js';
import { describePasswordAttempts } from './password-attempts.js';
import { describePushedRequests } from './pushed-requests.js';
import { describeRecord } from './record.js';
import { describeRegistrations } from './registrations.js';
import { describeRetention } from './retention.js';
import { describeSessions } from './sessions.js';
import { callsOn, together } from './store-calls.js';
import { describeUsers } from './users.js';

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
    const openedStore = () => store;
    const { start, save, redeem, end } = callsOn(openedStore);

    describeCodes(openedStore);
    describeSessions(openedStore);
    describeBrowserSessions(openedStore);
    describeUsers(openedStore);
    describePasswordAttempts(openedStore);
    describeConfiguration(openedStore);
    describeRegistrations(openedStore);
    describeConsent(openedStore);
    describeInteractions(openedStore);
    describePushedRequests(openedStore);
    describeAttachments(openedStore);
    describeRecord(openedStore);
    describeRetention(openedStore);

    test('beat answers where the store can be written to', async () => {
      await together((index) => store.beat(NOW + index));
    });

    describeFamilies(openedStore);

    test('every method of a closed store throws StoreUnavailable, and closing twice is nothing', async () => {
      await store.close();
      const calls: Record<string, () => Promise<unknown>> = {
        findConfiguration: () => store.findConfiguration(),
        findUser: () => store.findUser('mira'),
        findFamily: () => store.findFamily({ sid: 's', handleHash: 'h' }),
        findSessionByHandle: () => store.findSessionByHandle('h'),
        findAuthorizationCode: () => store.findAuthorizationCode('c'),
        findEvents: () => store.findEvents({ after: 0, since: 0, atMost: 1 }),
        beginSession: () => start('sid-1'),
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
