import { describe, expect, test } from 'vitest';
import { silentLimit } from './silent-limit.js';

const NOW = 1_000_000;
const ASKER = { sid: 'sid', address: '192.0.2.1', clientId: 'spa-a', place: 'frame of https://a.test' };
const allowed = (answers: readonly boolean[]) => answers.filter((answer) => answer).length;

describe('silentLimit (design.md 4)', () => {
  test('100 at once, then ten a second', () => {
    const mayAsk = silentLimit();
    const ask = (now: number, times: number) =>
      allowed(Array.from({ length: times }, () => mayAsk(ASKER, now)));
    expect(ask(NOW, 150)).toBe(100);
    expect(ask(NOW + 99, 10)).toBe(0);
    expect(ask(NOW + 1_000, 50)).toBe(10);
    expect(ask(NOW + 3_600_000, 150)).toBe(100);
  });

  test.each([
    { sid: 'other' },
    { address: '192.0.2.2' },
    { clientId: 'spa-b' },
    { place: 'frame cross-site' },
  ])('a page in a loop slows itself down and nobody else: %o', (another) => {
    const mayAsk = silentLimit();
    for (let index = 0; index < 200; index += 1) mayAsk(ASKER, NOW);
    expect(mayAsk(ASKER, NOW)).toBe(false);
    expect(mayAsk({ ...ASKER, ...another }, NOW)).toBe(true);
  });

  test('a clock that goes back gives nothing and takes nothing', () => {
    const mayAsk = silentLimit();
    for (let index = 0; index < 100; index += 1) mayAsk(ASKER, NOW);
    expect(mayAsk(ASKER, NOW - 60_000)).toBe(false);
    expect(allowed(Array.from({ length: 50 }, () => mayAsk(ASKER, NOW - 59_000)))).toBe(10);
  });

  test('an SDK that polls as fast as it may is never refused', () => {
    const mayAsk = silentLimit();
    for (let second = 0; second < 600; second += 1) expect(mayAsk(ASKER, NOW + second * 1_000)).toBe(true);
  });
});
