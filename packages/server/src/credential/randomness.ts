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

/** 128 bits: the handle of a credential. */
export function randomHandle(): string {
  return randomText(16);
}
