import { randomBytes } from 'node:crypto';
import { newSecret, openStore, parseSecrets } from '@sojourn/server';
import { forEachIndex } from '../at-once.js';
import { seedFamily, seedSession } from '../contestants/sojourn-seeds.js';
import { API, CLIENT, endUser } from '../workload.js';
import { readTableSizes } from './table-sizes.js';

/** @import { Secrets, Store } from '@sojourn/server' */
/** @import { Databases } from '../databases.js' */
/** @import { Options } from '../options.js' */

/** Writes under way at once: enough to share commits, few enough for a pool on a busy machine. */
const AT_ONCE = 32;
/** Families of the growth part, of those that are stored in the other: each is rotated many times. */
const ROTATED_SHARE = 20;
const DAY_MS = 86_400_000;

/**
 * What Sojourn keeps, on one store.
 *
 * @typedef {object} StoreSize
 * @property {'sqlite' | 'postgres'} store
 * @property {number} families
 * @property {Record<Kind, number>} bytesEach tables and indexes, per family; each family has a session of its own.
 * @property {Growth} growth
 */

/** @typedef {'family' | 'session' | 'participation' | 'user'} Kind */

/**
 * @typedef {object} Growth
 * @property {number} families
 * @property {number} rotations
 * @property {number} bytesBefore of the families and what goes with them.
 * @property {number} bytesAfter
 */

/** @type {Record<Kind, readonly string[]>} */
const TABLES = {
  family: ['families', 'family_terms'],
  session: ['sessions'],
  // Which client takes part in which session, with what: with or without a family.
  participation: ['holdings'],
  user: ['users', 'user_identifiers'],
};

/**
 * @param {Options} options
 * @param {Databases} databases
 * @returns {Promise<StoreSize[]>}
 */
export async function measureSizes({ stores, families, rotations }, databases) {
  const sizes = [];
  for (const store of stores) {
    if (store === 'null') continue;
    const bytes = await storeFamilies(await databases.create(store), families);
    const bytesEach = { ...bytes };
    for (const kind of /** @type {Kind[]} */ (Object.keys(bytes))) bytesEach[kind] /= families;
    const growth = await rotateFamilies(
      await databases.create(store),
      Math.ceil(families / ROTATED_SHARE),
      rotations,
    );
    sizes.push({ store, families, bytesEach, growth });
  }
  return sizes;
}

/**
 * @param {string} database
 * @param {number} count
 */
async function storeFamilies(database, count) {
  const store = await openStore(database);
  try {
    await seedFamilies(store, parseSecrets(newSecret()), count);
    return await readKinds(database);
  } finally {
    await store.close();
  }
}

/**
 * Each family as often as every other, all of them once before one a second time.
 *
 * @param {string} database
 * @param {number} count
 * @param {number} rotations
 * @returns {Promise<Growth>}
 */
async function rotateFamilies(database, count, rotations) {
  const store = await openStore(database);
  try {
    const secrets = parseSecrets(newSecret());
    const seeds = await seedFamilies(store, secrets, count);
    const { family: bytesBefore } = await readKinds(database);
    const rounds = Math.ceil(rotations / count);
    for (let generation = 1; generation <= rounds; generation++) {
      await forEachIndex(count, AT_ONCE, async (index) => {
        const key = /** @type {typeof seeds[number]} */ (seeds[index]);
        const { outcome } = await store.useRefreshToken(useOf(key, generation, secrets.current.kid));
        if (outcome !== 'rotated') throw new Error(`a rotation: ${outcome}`);
      });
    }
    const { family: bytesAfter } = await readKinds(database);
    return { families: count, rotations: rounds * count, bytesBefore, bytesAfter };
  } finally {
    await store.close();
  }
}

/**
 * A session begins every third of a second, so that their ids and rows lie as after two or three days of a busy service.
 *
 * @param {Store} store
 * @param {Secrets} secrets
 * @param {number} count
 */
function seedFamilies(store, secrets, count) {
  const lastAt = Date.now();
  return forEachIndex(count, AT_ONCE, async (index) => {
    const now = lastAt - Math.round(((count - index) * 1000) / 3);
    const { sid } = await seedSession(store, secrets, index, now);
    const { handleHash } = await seedFamily(store, secrets, { sid, userId: endUser(index).userId, now });
    return { sid, handleHash };
  });
}

/** @param {string} database */
async function readKinds(database) {
  const tables = await readTableSizes(database);
  const sumOf = (/** @type {Kind} */ kind) =>
    TABLES[kind].reduce((sum, table) => sum + (tables.get(table) ?? 0), 0);
  return {
    family: sumOf('family'),
    session: sumOf('session'),
    participation: sumOf('participation'),
    user: sumOf('user'),
  };
}

/**
 * @param {{ sid: string, handleHash: string }} key
 * @param {number} generation
 * @param {string} kid
 * @returns {Parameters<Store['useRefreshToken']>[0]}
 */
function useOf(key, generation, kid) {
  return {
    key,
    clientId: CLIENT.clientId,
    presented: { kid, generation },
    successorKid: kid,
    policy: {
      rotates: true,
      overlapMs: 30_000,
      absoluteLimitMs: 30 * DAY_MS,
      idleLimitMs: 15 * DAY_MS,
      outlives: 'expiry',
      overlapElsewhereIsReplay: false,
      replayEndsSession: false,
      clientNotBefore: 0,
      audiences: ['', API.identifier],
      sessionLimits: { idleMs: DAY_MS, absoluteMs: DAY_MS },
    },
    proof: null,
    from: randomBytes(4).readInt32BE(),
    now: Date.now(),
    address: '10.0.0.1',
  };
}
