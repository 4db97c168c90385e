import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decideValueAge } from './generation.js';

const ROW = { generation: 5, kid: 'k2', previousKid: 'k1' };

describe('design.md 3: which of its row’s values a genuine one is', () => {
  test.each([
    [5, 'k2', 'current'],
    [5, 'k1', 'foreign'],
    [5, 'k3', 'foreign'],
    [4, 'k1', 'predecessor'],
    [4, 'k2', 'older'],
    [4, 'k3', 'older'],
    [3, 'k1', 'older'],
    [0, 'k2', 'older'],
    [6, 'k2', 'newer'],
    [6, 'k3', 'newer'],
    [0xffff_ffff, 'k2', 'newer'],
  ])('generation %i under %s: %s', (generation, kid, age) => {
    expect(decideValueAge(ROW, { generation, kid })).toBe(age);
  });

  test('the first value has no predecessor, under whatever secret', () => {
    const first = { generation: 1, kid: 'k1', previousKid: null };
    for (const kid of ['k1', 'k2', 'null', ''])
      expect(decideValueAge(first, { generation: 0, kid })).toBe('older');
  });

  test('of all values of a row one is current and one its predecessor', () => {
    const kid = fc.constantFrom('k1', 'k2', 'k3');
    const row = fc.record({ generation: fc.integer({ min: 1, max: 30 }), kid, previousKid: kid });
    fc.assert(
      fc.property(row, (drawn) => {
        const ages = Array.from({ length: 40 }, (_, generation) =>
          ['k1', 'k2', 'k3'].map((made) => decideValueAge(drawn, { generation, kid: made })),
        ).flat();
        expect(ages.filter((age) => age === 'current')).toHaveLength(1);
        expect(ages.filter((age) => age === 'predecessor')).toHaveLength(1);
      }),
    );
  });
});
