import type { ConfigurationDocument } from '../configuration/configuration.js';
import type { Event } from '../events/events.js';

/**
 * Keeps clients that registered themselves: entries of the configuration, with a row beside each that counts them, knows
 * the hash of their token, and whether anybody ever used them. The row decides: an entry without it is the tenant's.
 *
 * @see RFC 7591 · RFC 7592
 */
export interface RegistrationStore {
  /** Counts and writes in one step, so that a burst on many nodes makes no client more than there may be. */
  registerClient(registration: {
    document: ConfigurationDocument;
    tokenHash: string;
    /** Milliseconds since 1970. */
    registeredAt: number;
    /** How many there may be. */
    atMost: number;
    events: readonly Event[];
  }): Promise<'registered' | 'most-clients'>;
  /** One entry, its secret sealed; `null` where the token is not its own. */
  findRegistration(clientId: string, tokenHash: string): Promise<ConfigurationDocument | null>;
  /** `unknown` where it is gone, or the token is not its own: a late replacement brings nothing back. */
  replaceRegistration(replacement: {
    document: ConfigurationDocument;
    tokenHash: string;
    events: readonly Event[];
  }): Promise<'replaced' | 'unknown'>;
  deleteRegistration(deletion: {
    clientId: string;
    tokenHash: string;
    events: readonly Event[];
  }): Promise<'deleted' | 'unknown'>;
  /**
   * Deletes clients that nobody ever used.
   *
   * @returns their ids.
   */
  deleteUnusedRegistrations(expiry: { registeredBefore: number; atMost: number }): Promise<string[]>;
}
