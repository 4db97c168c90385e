import { hash } from 'node:crypto';
import type { Run, Statement } from './connections.js';

/**
 * Advisory locks in two numbers are ours by the first; those in one number belong to the record of events.
 * They end with their transaction.
 */
export const LOCK_SPACE = 0x50_4a_01;
const KEYED_SPACE = 0x50_4a_02;

/** The number of the lock under which one node brings the schema up to date; the others wait for it. */
export const MIGRATION_LOCK = 1;
/** Configuration, keys and secrets: changed rarely, each change judged by what is there. */
export const CONFIGURATION_LOCK = 2;

const LOCK: Statement = { name: 'lock', text: 'SELECT pg_advisory_xact_lock($1::int, $2::int)' };
const LOCK_ALL: Statement = {
  name: 'lock-all',
  // In the order of the array, which is the same for everybody.
  text: 'SELECT pg_advisory_xact_lock($1::int, key) FROM unnest($2::int[]) AS key',
};

/** Lets one transaction change the configuration at a time, until it ends. */
export async function lockConfiguration(run: Run): Promise<void> {
  await run(LOCK, [LOCK_SPACE, CONFIGURATION_LOCK]);
}

/** Makes the transactions that name the same key wait for each other. Two keys in a million share a lock, and wait in vain. */
export async function lockKeys(run: Run, keys: readonly string[]): Promise<void> {
  const numbers = keys.map((key) => hash('sha256', key, 'buffer').readInt32BE());
  await run(LOCK_ALL, [KEYED_SPACE, [...new Set(numbers)].sort((one, other) => one - other)]);
}
