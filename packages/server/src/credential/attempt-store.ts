/** Counts attempts at a password or secret, before the hash is computed. @see security.md 52 */
export interface AttemptStore {
  reserveLoginAttempt(attempt: {
    buckets: readonly LoginAttemptBucket[];
    windowMs: number;
    now: number;
  }): Promise<{ outcome: 'reserved'; reservation: string } | { outcome: 'limited'; retryAt: number }>;
  /** Takes a reservation back: the password was right. */
  releaseLoginAttempt(reservation: string): Promise<void>;
}

/** One counter that an attempt takes a place in: full once it holds this many within the window. */
export interface LoginAttemptBucket {
  readonly key: string;
  readonly atMost: number;
}
