/** Keeps which of the clients that registered themselves have been used: the others expire. */
export interface ClientUseStore {
  /** `unknown` where it is gone: nothing may be issued to it. */
  useRegisteredClient(clientId: string): Promise<'used' | 'unknown'>;
}
