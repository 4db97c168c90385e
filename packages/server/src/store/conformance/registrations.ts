import { beforeEach, describe, expect, test } from 'vitest';
import type { Store } from '../store.js';
import { NOW } from '../store-samples.js';
import { CALLERS, count, together } from './store-calls.js';

const DAY = 24 * 60 * 60 * 1000;

/** Clients that register themselves, and what a node reads of a configuration that changes. */
export function describeRegistrations(openedStore: () => Store): void {
  let store: Store;
  beforeEach(() => {
    store = openedStore();
  });
  const documentOf = (id: string, name = 'first') => ({
    kind: 'client' as const,
    id,
    document: { name, sojourn: { registration: { access_token_hash: `hash of ${id}`, registered_at: NOW } } },
  });
  const register = (id: string, atMost = 1_000, registeredAt = NOW) =>
    store.registerClient({
      document: documentOf(id),
      tokenHash: `hash of ${id}`,
      registeredAt,
      atMost,
      events: [],
    });
  const replace = (id: string, name: string, tokenHash = `hash of ${id}`) =>
    store.replaceRegistration({ document: documentOf(id, name), tokenHash, events: [] });
  const remove = (clientId: string, tokenHash = `hash of ${clientId}`) =>
    store.deleteRegistration({ clientId, tokenHash, events: [] });
  const find = (id: string) => store.findRegistration(id, `hash of ${id}`);
  const idsOf = async () => (await store.findConfiguration()).map(({ id }) => id);

  describe('clients that registered themselves', () => {
    test(`of ${CALLERS} that register at once as many do as there may be`, async () => {
      const answers = await together((index) => register(`client ${index}`, 20));
      expect([count(answers, 'registered'), count(answers, 'most-clients')]).toEqual([20, CALLERS - 20]);
      expect(await idsOf()).toHaveLength(20);
      // Clients of the tenant do not count.
      await store.saveConfiguration([{ kind: 'client', id: 'own', document: {} }], []);
      expect(await register('one more', 21)).toBe('registered');
    });

    test('one is found, replaced and deleted by its own token, and by no other', async () => {
      await register('a');
      await register('b');
      expect(await find('a')).toEqual(documentOf('a'));
      expect(await store.findRegistration('a', 'hash of b')).toBeNull();
      expect(await replace('a', 'second', 'hash of b')).toBe('unknown');
      expect(await remove('a', 'hash of b')).toBe('unknown');
      expect(await find('a')).toEqual(documentOf('a'));
      expect(await replace('a', 'second')).toBe('replaced');
      expect(await find('a')).toEqual(documentOf('a', 'second'));
      expect(await remove('a')).toBe('deleted');
      expect(await remove('a')).toBe('unknown');
      expect(await find('a')).toBeNull();
      expect(await find('b')).toEqual(documentOf('b'));
    });

    test(`what was deleted never comes back, however late ${CALLERS} replacements come`, async () => {
      await register('a');
      const [deleted, ...replaced] = await Promise.all([
        remove('a'),
        ...Array.from({ length: CALLERS }, (_, index) => replace('a', `late ${index}`)),
      ]);
      expect(deleted).toBe('deleted');
      expect(new Set([...replaced, 'replaced', 'unknown'])).toEqual(new Set(['replaced', 'unknown']));
      expect(await replace('a', 'later')).toBe('unknown');
      expect(await idsOf()).toEqual([]);
    });

    test('one that the tenant enters by its id is the tenant’s: it has no token, and does not expire', async () => {
      await register('a');
      await store.saveConfiguration([{ kind: 'client', id: 'a', document: { name: 'own' } }], []);
      expect(await find('a')).toBeNull();
      expect(await replace('a', 'second')).toBe('unknown');
      expect(await remove('a')).toBe('unknown');
      expect(await store.useRegisteredClient('a')).toBe('unknown');
      expect(await store.deleteUnusedRegistrations({ registeredBefore: NOW + DAY, atMost: 10 })).toEqual([]);
      expect(await idsOf()).toEqual(['a']);
    });

    test('those that nobody used go when their time is over, the oldest first, and make room', async () => {
      await register('used', 4, NOW - 9 * DAY);
      await register('old', 4, NOW - 8 * DAY);
      await register('older', 4, NOW - 9 * DAY);
      await register('young', 4, NOW - DAY);
      expect(await store.useRegisteredClient('used')).toBe('used');
      expect(await register('new', 4)).toBe('most-clients');
      const expire = (atMost: number) =>
        store.deleteUnusedRegistrations({ registeredBefore: NOW - 7 * DAY, atMost });
      expect(await expire(1)).toEqual(['older']);
      expect(await expire(10)).toEqual(['old']);
      expect(await expire(10)).toEqual([]);
      expect(await store.useRegisteredClient('old')).toBe('unknown');
      expect(await register('new', 4)).toBe('registered');
      expect((await idsOf()).sort()).toEqual(['new', 'used', 'young']);
    });

    test(`of ${CALLERS} uses and an expiry at once either the client stays, or nobody used it`, async () => {
      for (let round = 0; round < 10; round += 1) {
        const id = `client ${round}`;
        await register(id, 1_000, NOW - 8 * DAY);
        const [gone, ...uses] = await Promise.all([
          store.deleteUnusedRegistrations({ registeredBefore: NOW - 7 * DAY, atMost: 10 }),
          ...Array.from({ length: 5 }, () => store.useRegisteredClient(id)),
        ]);
        const isThere = (await find(id)) !== null;
        expect([gone.includes(id), uses.includes('used') && !isThere]).toEqual([!isThere, false]);
      }
    });
  });

  describe('a configuration that changes', () => {
    const clientOf = (id: string, name: string) => ({ kind: 'client' as const, id, document: { name } });

    test('is read by what changed since, and not as a whole', async () => {
      await store.saveConfiguration(
        Array.from({ length: 300 }, (_, index) => clientOf(`client ${index}`, 'first')),
        [],
      );
      const whole = await store.findConfigurationChanges(null);
      expect([whole.isWhole, whole.changes.length]).toEqual([true, 300]);
      expect(await store.findConfigurationChanges(whole.version)).toEqual({
        version: whole.version,
        isWhole: false,
        changes: [],
      });

      await store.saveConfiguration([clientOf('client 7', 'second')], []);
      await store.deleteConfiguration({ kind: 'client', id: 'client 8', events: [] });
      await register('registered');
      await replace('registered', 'second');
      const some = await store.findConfigurationChanges(whole.version);
      expect(some.isWhole).toBe(false);
      expect(some.version).toBeGreaterThan(whole.version);
      expect(new Map(some.changes.map((change) => [change.id, change]))).toEqual(
        new Map(
          Object.entries({
            'client 7': clientOf('client 7', 'second'),
            'client 8': { kind: 'client', id: 'client 8', document: null },
            registered: documentOf('registered', 'second'),
          }),
        ),
      );
      await remove('registered');
      const last = await store.findConfigurationChanges(some.version);
      expect(last.changes).toEqual([{ kind: 'client', id: 'registered', document: null }]);
      expect(await store.findConfiguration()).toHaveLength(299);
    });

    test('is read as a whole, without what is gone, by whoever missed much or knows a version that is not there', async () => {
      await store.saveConfiguration([clientOf('a', 'first'), clientOf('b', 'first')], []);
      await store.deleteConfiguration({ kind: 'client', id: 'a', events: [] });
      const { version } = await store.findConfigurationChanges(null);
      await store.saveConfiguration(
        Array.from({ length: 150 }, (_, index) => clientOf(`client ${index}`, 'first')),
        [],
      );
      for (const known of [version, version + 1_000_000]) {
        const found = await store.findConfigurationChanges(known);
        expect([found.isWhole, found.changes.length]).toEqual([true, 151]);
        expect(found.changes.some(({ document }) => document === null)).toBe(false);
      }
    });

    test('that deletes what is not there is no change', async () => {
      await store.saveConfiguration([clientOf('a', 'first')], []);
      await store.deleteConfiguration({ kind: 'client', id: 'a', events: [] });
      const { version } = await store.findConfigurationChanges(null);
      expect(await store.deleteConfiguration({ kind: 'client', id: 'a', events: [] })).toBe('unknown');
      expect(await remove('a')).toBe('unknown');
      expect((await store.findConfigurationChanges(version)).changes).toEqual([]);
    });
  });
}
