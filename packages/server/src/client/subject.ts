import { createHmac, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import type { SecretStore } from '../credential/secret-store.js';
import { type Secrets, seal, unseal } from '../credential/secrets.js';
import type { Client } from './client.js';
import { buildSectorSids, type SectorSids } from './sector-sid.js';

/** What a client knows an End-User by. */
export interface Subjects {
  /** The user's id, or for a pairwise client what only its sector knows the End-User by. */
  subjectOf(client: Pick<Client, 'sector'>, userId: string): string;
  /** What the client knows the session by: its `sid`, or for a pairwise client what only its sector knows. */
  sidFor(client: Pick<Client, 'sector'>, sid: string): string;
  /** The session's own `sid`. @returns `null` for what is none of this client's. */
  openSid(client: Pick<Client, 'sector'>, told: string): string | null;
}

const NAME = 'pairwise subjects';
const SECTORS_HELD = 1_000;

/**
 * Loads the key of the pairwise subjects, made once. It is random and stored sealed, not derived from the
 * deployment's secret, because subjects stay what they are when that secret is replaced; then it is sealed anew, so
 * that the former secret may go.
 *
 * @throws SecretError where the secret that sealed it is gone.
 * @see OIDC Core §8.1
 */
export async function loadSubjects(store: SecretStore, secrets: Secrets): Promise<Subjects> {
  const candidate = seal(secrets, NAME, randomBytes(32).toString('base64url'));
  const sealed = await store.adoptSealedValue(NAME, candidate);
  const text = unseal(secrets, NAME, sealed);
  if (sealed.split('.')[1] !== secrets.current.kid) {
    await store.replaceSealedValue({ name: NAME, from: sealed, to: seal(secrets, NAME, text) });
  }
  return buildSubjects(createSecretKey(Buffer.from(text, 'base64url')));
}

/**
 * "the Subject Identifier value MUST NOT be reversible by any party other than the OpenID Provider. […] Distinct
 * Sector Identifier values MUST result in distinct Subject Identifier values."
 *
 * @see OIDC Core §8.1
 */
export function buildSubjects(key: KeyObject): Subjects {
  const ofSector = new Map<string, SectorSids>();
  const sidsOf = (sector: string): SectorSids => {
    let sids = ofSector.get(sector);
    if (sids === undefined) {
      sids = buildSectorSids(key, sector);
      // Strangers may register any number of sectors.
      if (ofSector.size >= SECTORS_HELD) ofSector.clear();
      ofSector.set(sector, sids);
    }
    return sids;
  };
  return {
    sidFor: ({ sector }, sid) => (sector === null ? sid : sidsOf(sector).seal(sid)),
    openSid: ({ sector }, told) => (sector === null ? told : sidsOf(sector).open(told)),
    subjectOf({ sector }, userId) {
      if (sector === null) return userId;
      // The length keeps one pair of texts from being taken for another.
      return createHmac('sha256', key).update(`${sector.length}:${sector}${userId}`).digest('base64url');
    },
  };
}
