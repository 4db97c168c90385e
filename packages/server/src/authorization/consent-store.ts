import type { Event } from '../events/events.js';
import type { RevokeReason } from '../refresh-token/family.js';

/** Keeps what End-Users agreed to, and ends what was given for it. */
export interface ConsentStore {
  findConsents(userId: string, clientId: string): Promise<Consent[]>;
  recordConsent(consent: Consent, events: readonly Event[]): Promise<void>;
  /**
   * What a client was given for an End-User ends: families, codes, grants. With `withdrawsConsent` the End-User's
   * consents go as well, so the client has to ask again.
   */
  endAuthorizations(end: {
    userId: string;
    clientId: string;
    reason: RevokeReason;
    withdrawsConsent: boolean;
    now: number;
    events: readonly Event[];
  }): Promise<{ families: number }>;
}

/** Auth0's "grant": what an End-User agreed to give a client at one API (`''` for the End-User's own claims). */
export interface Consent {
  readonly userId: string;
  readonly clientId: string;
  readonly audience: string;
  readonly scope: readonly string[];
  readonly givenAt: number;
}
