import type { Event } from '../events/events.js';
import type { FamilyKey, FamilyStanding, RefreshOutcome, RefreshTokenUse, RevokeReason } from './family.js';

/** Keeps refresh token families. @see design.md 5 */
export interface FamilyStore {
  /** Judged by `decideRefresh` against the row as it is in that moment, in one step. */
  useRefreshToken(use: RefreshTokenUse): Promise<RefreshOutcome>;
  /** Without using it. */
  findFamily(key: FamilyKey): Promise<FamilyStanding | null>;
  revokeFamily(end: {
    key: FamilyKey;
    reason: RevokeReason;
    now: number;
    events: readonly Event[];
  }): Promise<'revoked' | 'already-revoked'>;
  findFamilies(query: FamilyQuery): Promise<FamilyStanding[]>;
}

/** Dead ones too. Every condition that is given narrows. */
export interface FamilyQuery {
  readonly userId: string | null;
  readonly clientId: string | null;
  readonly sid: string | null;
  /** The last one that is known. */
  readonly after: FamilyKey | null;
  readonly atMost: number;
}
