/**
 * Does the same for 0, 1, 2 … with so many under way at once.
 *
 * @template T
 * @param {number} count
 * @param {number} atOnce
 * @param {(index: number) => Promise<T>} work
 * @returns {Promise<T[]>}
 */
export async function forEachIndex(count, atOnce, work) {
  /** @type {T[]} */
  const results = new Array(count);
  let next = 0;
  const keepWorking = async () => {
    while (next < count) {
      const index = next++;
      results[index] = await work(index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, keepWorking));
  return results;
}
