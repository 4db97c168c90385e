import { beforeEach, describe, expect, test } from 'vitest';
import type { Store } from '../store.js';
import { aSigningKey, NOW } from '../store-samples.js';
import { together } from './store-calls.js';

/** Nodes that bring keys, secrets or settings at once agree. */
export function describeConfiguration(openedStore: () => Store): void {
  describe('keys, secrets and configuration', () => {
    let store: Store;
    beforeEach(() => {
      store = openedStore();
    });

    test('of 50 nodes that bring signing keys all use the same', async () => {
      const answers = await together((index) => store.adoptSigningKeys([aSigningKey(`key ${index}`)]));
      expect(new Set(answers.map((keys) => JSON.stringify(keys))).size).toBe(1);
      expect(answers[0]).toHaveLength(1);
      expect(await store.adoptSigningKeys([])).toEqual(answers[0]);
    });

    test('of 50 nodes that bring the first keys of another algorithm all use the same, and the former stay', async () => {
      const [former] = await store.adoptSigningKeys([{ ...aSigningKey('former'), alg: 'ES256' }]);
      const answers = await together((index) =>
        store.adoptSigningKeys([
          { ...aSigningKey(`late ${index}`), alg: 'ES256' },
          { ...aSigningKey(`key ${index}`), alg: 'RS256' },
          { ...aSigningKey(`next ${index}`), alg: 'RS256', status: 'next' },
        ]),
      );
      expect(new Set(answers.map((keys) => JSON.stringify(keys))).size).toBe(1);
      const [keys = []] = answers;
      expect(keys.map(({ alg, status }) => `${alg} ${status}`).sort()).toEqual([
        'ES256 current',
        'RS256 current',
        'RS256 next',
      ]);
      expect(keys).toContainEqual(former);
      expect(await store.adoptSigningKeys([])).toEqual(keys);
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

    test('security.md 82: a key that signs, or will, cannot be deleted; a retired one can, once', async () => {
      const next = { ...aSigningKey('next'), status: 'next' as const };
      await store.adoptSigningKeys([aSigningKey('current'), next]);
      const kids = async () => (await store.adoptSigningKeys([])).map(({ kid }) => kid).sort();
      for (const kid of ['current', 'next', 'nobody'])
        expect(await store.deleteRetiredSigningKey(kid, []), kid).toBe('not-retired');
      expect(await kids()).toEqual(['current', 'next']);
      const successor = { ...aSigningKey('later'), status: 'next' as const };
      await store.rotateSigningKey({ nextKid: 'next', successor, now: NOW, events: [] });
      for (const kid of ['next', 'later'])
        expect(await store.deleteRetiredSigningKey(kid, []), kid).toBe('not-retired');
      const answers = await together(() => store.deleteRetiredSigningKey('current', []));
      expect(answers.filter((answer) => answer === 'deleted')).toHaveLength(1);
      expect(await kids()).toEqual(['later', 'next']);
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
}
