import {
  KEY_ALGS,
  loadKeyring,
  SecretError,
  type Secrets,
  type Store,
  type StoredSigningKey,
} from '@sojourn/server';
import { buildShortKid } from '../keys/listed-key.js';
import { type Finding, failed, ok, warning } from './finding.js';

/** How the signing keys were found. */
export interface ExaminedKeys {
  readonly finding: Finding;
  /** What the key set of a server on this store must hold. */
  readonly kids: readonly string[];
}

/**
 * Whether each algorithm that is used has a key that signs and one that follows it, and the secret opens all of them.
 *
 * @param secrets `null` leaves them closed.
 */
export async function examineKeys(store: Store, secrets: Secrets | null): Promise<ExaminedKeys> {
  // With no candidates this only reads.
  const keys = await store.adoptSigningKeys([]);
  const kids = keys.map(({ kid }) => kid);
  if (keys.length === 0) {
    const found = 'The store has no signing keys yet.';
    return { finding: warning('keys', found, 'The next start makes them.'), kids };
  }
  // Keys of an algorithm are made when it is first used, so a store may have those of one alone.
  const algs = KEY_ALGS.filter((alg) => keys.some((key) => key.alg === alg));
  const missing = algs.flatMap((alg) =>
    (['current', 'next'] as const)
      .filter((status) => !keys.some((key) => key.alg === alg && key.status === status))
      .map((status) => `no ${status} ${alg} key`),
  );
  if (missing.length > 0) {
    const found = `The store has ${missing.join(', ')}.`;
    return {
      finding: failed('keys', found, 'Restore the store from a copy: its keys were changed by hand.'),
      kids,
    };
  }
  const listing = algs.map((alg) => buildListing(alg, keys)).join('; ');
  if (secrets === null) {
    const found = `${listing}. Whether a secret opens them was not seen.`;
    return { finding: warning('keys', found, 'See the line on the secret.'), kids };
  }
  try {
    await loadKeyring(store, secrets, Date.now);
  } catch (error) {
    if (!(error instanceof SecretError)) throw error;
    const found = error.message.replace(/^./, (letter) => letter.toUpperCase());
    return {
      finding: failed('keys', found, 'List that secret too, behind the first: SOJOURN_SECRET.'),
      kids,
    };
  }
  return { finding: ok('keys', `${listing}; the secret opens all.`), kids };
}

function buildListing(alg: string, keys: readonly StoredSigningKey[]): string {
  const kidsOf = (status: StoredSigningKey['status']) =>
    keys.filter((key) => key.alg === alg && key.status === status).map(({ kid }) => kid);
  const [current = '', next = ''] = [kidsOf('current')[0], kidsOf('next')[0]];
  const retired = kidsOf('retired').length;
  const past = retired === 0 ? '' : `, ${retired} retired`;
  return `${alg} ${buildShortKid(current)} signs, ${buildShortKid(next)} is next${past}`;
}
