import type { Event } from '../events/events.js';

/** Keeps the signing keys, sealed. */
export interface KeyStore {
  /** Keeps the candidates of an algorithm that has no keys yet, and returns all in force: two nodes at once agree. */
  adoptSigningKeys(candidates: readonly StoredSigningKey[]): Promise<StoredSigningKey[]>;
  /** Current becomes retired, next becomes current, the successor becomes next: one step, or `changed` meanwhile. */
  rotateSigningKey(rotation: {
    /** The next key as the caller saw it. */
    nextKid: string;
    successor: StoredSigningKey;
    now: number;
    events: readonly Event[];
  }): Promise<'rotated' | 'changed'>;
  /** Forgets a retired key: nothing it signed verifies any more. */
  deleteRetiredSigningKey(kid: string, events: readonly Event[]): Promise<'deleted' | 'not-retired'>;
}

/** A signing key as the store has it: only the deployment's secret opens its private part. Times in milliseconds. */
export interface StoredSigningKey {
  readonly kid: string;
  readonly alg: 'ES256' | 'RS256';
  readonly status: 'next' | 'current' | 'retired';
  readonly publicJwk: Readonly<Record<string, unknown>>;
  /** PKCS #8, sealed under the deployment's secret. */
  readonly sealedPrivateKey: string;
  readonly createdAt: number;
  readonly retiredAt: number | null;
}
