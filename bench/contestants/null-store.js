import { openStore } from '@sojourn/server';

/** @import { Store } from '@sojourn/server' */

/** @typedef {NonNullable<Awaited<ReturnType<Store['findFamily']>>>} FamilyStanding */

/**
 * What a server could do if storing were free: refresh tokens rotate in a map, and the record goes nowhere. All that is
 * not in the way of a refresh is an embedded store in memory.
 *
 * @returns {Promise<Store>}
 */
export async function openNullStore() {
  const store = await openStore('sqlite::memory:');
  /** @type {Map<string, FamilyStanding>} */
  const standings = new Map();

  return {
    ...store,
    async useRefreshToken({ key, presented, successorKid, from, now }) {
      const standing = standings.get(key.handleHash) ?? (await store.findFamily(key));
      // The load never sends a token twice, so nothing else is left to judge.
      if (standing === null || standing.family.generation !== presented.generation)
        return { outcome: 'refused', reason: 'unknown', standing: null };
      const family = {
        ...standing.family,
        generation: presented.generation + 1,
        previousKid: presented.kid,
        kid: successorKid,
        rotatedAt: now,
        usedAt: now,
        rotatedBy: from,
      };
      const rotated = { ...standing, family };
      standings.set(key.handleHash, rotated);
      return { outcome: 'rotated', standing: rotated, elsewhere: false };
    },
    recordEvents: async () => {},
  };
}
