import { describe, expect, test } from 'vitest';
import { keepingLimit } from './keeping-limit.js';

const NOW = 1_000_000;
/** Characters of a usual authorization request. */
const USUAL = 600;

/** How many requests of a size one address is allowed, up to a number. */
const allowed = (
  mayKeep: ReturnType<typeof keepingLimit>,
  size: number,
  now = NOW,
  address = '192.0.2.1',
) => {
  let count = 0;
  while (count < 100_000 && mayKeep(address, size, now)) count += 1;
  return count;
};

describe('keepingLimit (security.md 87)', () => {
  test('long requests and short ones leave the same number of bytes: at most 16 MB at once', () => {
    for (const size of [100, USUAL, 14_000, 87_000]) {
      const bytes = allowed(keepingLimit(), size) * size;
      expect(bytes).toBeLessThanOrEqual(16 * 1024 * 1024);
      expect(bytes + size).toBeGreaterThan(2 * 1024 * 1024);
    }
  });

  test('15,000 sign-ins of usual size may begin at once behind one address, and 14 each second after them', () => {
    const mayKeep = keepingLimit();
    expect(allowed(mayKeep, USUAL)).toBeGreaterThan(15_000);
    expect(allowed(mayKeep, USUAL, NOW + 1_000)).toBeGreaterThanOrEqual(14);
  });

  test('one address uses up nobody else’s, and one network of IPv6 is one', () => {
    const mayKeep = keepingLimit();
    allowed(mayKeep, 80_000, NOW, '2001:db8::1');
    expect(mayKeep('2001:db8::2', 80_000, NOW)).toBe(false);
    expect(mayKeep('2001:db8:0:1::1', 80_000, NOW)).toBe(true);
    expect(mayKeep('192.0.2.1', 80_000, NOW)).toBe(true);
  });
});
