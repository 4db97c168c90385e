import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LayeredMap } from './layered-map.js';

const keys = fc.integer({ min: 0, max: 700 });
const steps = fc.array(
  fc
    .array(fc.tuple(keys, fc.option(fc.integer(), { nil: undefined })), { maxLength: 300 })
    .map((pairs) => new Map(pairs)),
  { maxLength: 8 },
);

test('whatever changes in whatever steps, it holds what a map would hold, and the maps before stay as they were', () => {
  fc.assert(
    fc.property(steps, (changes) => {
      const expected = new Map<number, number>();
      let map = LayeredMap.empty<number, number>();
      for (const change of changes) {
        const [before, entriesBefore] = [map, [...map]];
        map = map.with(change);
        for (const [key, value] of change)
          if (value === undefined) expected.delete(key);
          else expected.set(key, value);
        expect(new Map(map)).toEqual(expected);
        expect([...before]).toEqual(entriesBefore);
        expect([map.size, [...map.keys()].length, [...map.values()].length]).toEqual(
          Array(3).fill(expected.size),
        );
        for (const key of [0, 350, 700]) {
          expect(map.get(key)).toBe(expected.get(key));
          expect(map.has(key)).toBe(expected.has(key));
        }
        const visited: number[] = [];
        map.forEach((value, key, whole) => {
          expect([whole, value]).toEqual([map, expected.get(key)]);
          visited.push(key);
        });
        expect(visited).toEqual([...map.keys()]);
      }
    }),
    { numRuns: 30 },
  );
});
