import { randomFillSync } from 'node:crypto';

const pool = Buffer.alloc(4096);
let used = pool.length;

/** Random bytes as base64url. Drawn from a pool because one system call per credential costs more than the credential. */
export function randomText(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const drawn = pool.subarray(used, used + bytes);
  used += bytes;
  const text = drawn.toString('base64url');
  // What was handed out must not be found in memory by whoever reads the pool next.
  drawn.fill(0);
  return text;
}

/**
 * A key whose neighbours in time are neighbours in the store's index: each insert of a random key would touch a page of
 * its own. The time is no secret; the 128 bits behind it are.
 */
export function timeOrderedId(now: number): string {
  return `${timePrefix(now)}${randomText(16)}`;
}

/** Eight characters that sort as their moments do, to the second, for the next 88 years. */
export function timePrefix(now: number): string {
  return Math.floor(now / 1000)
    .toString(36)
    .padStart(8, '0');
}

/** 128 bits: the handle of a credential. */
export function randomHandle(): string {
  return randomText(16);
}
