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

const byKey = ([one]: [number, number], [other]: [number, number]) => one - other;

test('whatever changes in whatever steps, it holds what a map would hold, and the maps before stay as they were', () => {
  fc.assert(
    fc.property(steps, (changes) => {
      // More than the upper layer takes: what changes now lies over them.
      const expected = new Map(Array.from({ length: 600 }, (_, key) => [key, key]));
      let map = LayeredMap.empty<number, number>().with(expected);
      for (const change of changes) {
        const [before, entriesBefore] = [map, [...map]];
        map = map.with(change);
        for (const [key, value] of change)
          if (value === undefined) expected.delete(key);
          else expected.set(key, value);
        // Compared in order: vitest looks for each entry of a map in the whole of the other.
        expect([...map].toSorted(byKey)).toEqual([...expected].toSorted(byKey));
        expect([...before]).toEqual(entriesBefore);
        expect([map.size, [...map.keys()].length, [...map.values()].length]).toEqual(
          Array(3).fill(expected.size),
        );
        for (const key of [0, 350, 700]) {
          expect(map.get(key)).toBe(expected.get(key));
          expect(map.has(key)).toBe(expected.has(key));
        }
        const visited: [number, number][] = [];
        let isWhole = true;
        map.forEach((value, key, whole) => {
          isWhole &&= whole === map;
          visited.push([key, value]);
        });
        expect([isWhole, visited]).toEqual([true, [...map]]);
      }
    }),
    { numRuns: 30 },
  );
});
