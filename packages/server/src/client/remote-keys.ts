import type { JSONWebKeySet, JWK } from 'jose';
import type { Party } from '../outbound/decide-room.js';
import type { Outbound } from '../outbound/guarded-call.js';
import type { Client } from './client.js';
import { findPublicKeyFault } from './public-key.js';

const FRESH_MS = 10 * 60 * 1000;
/** A key that nobody knows makes the set be fetched again, so whoever sends made-up ones must be kept from our network. */
const FETCH_EVERY_MS = 10 * 1000;
const MOST_SETS = 1_000;
const MOST_KEYS = 20;

/** The key sets that clients publish under their `jwks_uri`. */
export interface RemoteKeys {
  /**
   * @param kid what the header of the JWT names; `null` where it names none.
   * @returns the keys that a client publishes, at most ten minutes old; `null` where there are none to be had.
   * @throws OutboundBusy where they were not asked for, because this server has no place for the call.
   */
  find(
    client: { clientId: string; jwksUri: string; isStranger: boolean },
    kid: string | null,
  ): Promise<JSONWebKeySet | null>;
}

interface HeldSet {
  keys: JSONWebKeySet | null;
  fetchedAt: number;
  attemptedAt: number;
  fetching: Promise<void> | null;
}

/**
 * Keeps fetched sets, and fetches one again once it is old or does not hold the key that is asked for: a client may
 * change its keys whenever it likes, and signs with the new one at once.
 *
 * @see OIDC Core §10.1.1 · security.md 85
 */
export function remoteKeys(outbound: Outbound, now: () => number): RemoteKeys {
  const sets = new Map<string, HeldSet>();

  const hold = (key: string): HeldSet => {
    const held = sets.get(key) ?? {
      keys: null,
      fetchedAt: Number.NEGATIVE_INFINITY,
      attemptedAt: Number.NEGATIVE_INFINITY,
      fetching: null,
    };
    // Moved to the end: the set that was not asked for the longest is the first to go.
    sets.delete(key);
    sets.set(key, held);
    for (const oldest of sets.keys()) {
      if (sets.size <= MOST_SETS) break;
      sets.delete(oldest);
    }
    return held;
  };

  const refresh = async (held: HeldSet, url: string, party: Party): Promise<void> => {
    const answer = await outbound.fetchJson({ purpose: 'jwks', url, party });
    const keys = parseKeySet(answer);
    held.attemptedAt = now();
    // A set that cannot be had leaves the former one its time.
    if (keys === null) return;
    held.keys = keys;
    held.fetchedAt = now();
  };

  return {
    async find({ clientId, jwksUri, isStranger }, kid) {
      const held = hold(`${clientId} ${jwksUri}`);
      const isFresh = () => now() - held.fetchedAt < FRESH_MS;
      if (isFresh() && holds(held.keys, kid)) return held.keys;
      if (held.fetching === null && now() - held.attemptedAt >= FETCH_EVERY_MS) {
        held.fetching = refresh(held, jwksUri, { id: clientId, isStranger }).finally(() => {
          held.fetching = null;
        });
      }
      await held.fetching;
      return isFresh() ? held.keys : null;
    },
  };
}

/** The keys that a client's own signatures are verified with: those of its registration, or those it publishes. */
export async function findPublicKeys(
  { clientId, jwks, jwksUri, registrationTokenHash }: Client,
  kid: string | null,
  remoteKeys: RemoteKeys,
): Promise<JSONWebKeySet | null> {
  if (jwksUri === null) return jwks as JSONWebKeySet | null;
  return remoteKeys.find({ clientId, jwksUri, isStranger: registrationTokenHash !== null }, kid);
}

function holds(set: JSONWebKeySet | null, kid: string | null): boolean {
  return set !== null && (kid === null || set.keys.some((key) => key.kid === kid));
}

/** The keys of a set that may be used; those for encryption and those we would not take are left out. */
export function parseKeySet(value: unknown): JSONWebKeySet | null {
  if (typeof value !== 'object' || value === null || !('keys' in value) || !Array.isArray(value.keys))
    return null;
  const keys = value.keys
    .slice(0, MOST_KEYS)
    .filter(
      (key: unknown): key is JWK =>
        typeof key === 'object' &&
        key !== null &&
        (!('use' in key) || key.use === 'sig') &&
        findPublicKeyFault(key as Readonly<Record<string, unknown>>) === null,
    );
  return keys.length === 0 ? null : { keys };
}
