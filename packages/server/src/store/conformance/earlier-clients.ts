import { expect } from 'vitest';
import { MIGRATIONS } from '../schema.js';
import type { Store } from '../store.js';
import { NOW } from '../store-samples.js';

/** The steps before the one that counts clients which registered themselves. */
export const STEPS_BEFORE_REGISTRATIONS = MIGRATIONS.slice(
  0,
  MIGRATIONS.findIndex((step) => step.some((statement) => statement.includes('CREATE TABLE registrations'))),
);

/** What a store held before that step: a client of the tenant, and one that registered itself. */
export const EARLIER_CLIENTS = [
  { id: 'own', document: { name: 'own', sojourn: { attach: true } } },
  {
    id: 'itself',
    document: { name: 'itself', sojourn: { registration: { access_token_hash: 'hash', registered_at: 7 } } },
  },
];

/** After the step one of them is counted, is found by its token, and does not expire. */
export async function expectCounted(store: Store): Promise<void> {
  const [, itself] = EARLIER_CLIENTS;
  expect(await store.findRegistration('itself', 'hash')).toEqual({ kind: 'client', ...itself });
  expect(await store.deleteUnusedRegistrations({ registeredBefore: NOW, atMost: 10 })).toEqual([]);
  const document = { kind: 'client' as const, id: 'new', document: {} };
  const registration = { document, tokenHash: 'new', registeredAt: NOW, events: [] };
  expect(await store.registerClient({ ...registration, atMost: 1 })).toBe('most-clients');
  expect(await store.registerClient({ ...registration, atMost: 2 })).toBe('registered');
  const { changes } = await store.findConfigurationChanges(null);
  expect(changes.map(({ id }) => id).sort()).toEqual(['itself', 'new', 'own']);
}
