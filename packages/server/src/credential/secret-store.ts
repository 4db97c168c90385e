/** What makes a store this deployment's: values sealed under its secrets, and a check of the secrets themselves. */
export interface SecretStore {
  /** Keeps the candidate only where nothing has the name yet, and returns what is in force: two nodes at once agree. */
  adoptSealedValue(name: string, candidate: string): Promise<string>;
  /** The same value under another secret. */
  replaceSealedValue(change: { name: string; from: string; to: string }): Promise<'replaced' | 'different'>;
  /**
   * Keeps a check value for each secret, unless the store knows secrets and none of these is among them. Returns all
   * that it knows, by the secret's id: a wrong secret is seen by the difference.
   */
  adoptSecretChecks(checks: ReadonlyMap<string, string>): Promise<ReadonlyMap<string, string>>;
}
