/** Keeps what may be used once. */
export interface SingleUseStore {
  /** What may be used once until it expires: the `jti` of a client assertion. One caller is told `first`. */
  useOnce(use: { key: string; expiresAt: number }): Promise<'first' | 'again'>;
}
