import {
  checkSecrets,
  deleteRetiredSigningKey,
  type KeyAdministration,
  loadKeyring,
  rotateSigningKey,
  type Secrets,
  type Store,
} from '@sojourn/server';

/**
 * The signing keys of a store that no server uses.
 *
 * @throws SecretError where the secret is not the store's.
 */
export async function openStoreKeys(
  store: Store,
  secrets: Secrets,
  clock: () => number,
): Promise<KeyAdministration> {
  await checkSecrets(secrets, store);
  const ring = await loadKeyring(store, secrets, clock);
  return {
    list: () =>
      ring
        .published()
        .map(({ kid, alg, status, createdAt, retiredAt }) => ({ kid, alg, status, createdAt, retiredAt })),
    rotate: (alg, { force }) => rotateSigningKey(ring, alg, { store, secrets, now: clock(), force }),
    retire: (kid) => deleteRetiredSigningKey(ring, kid, { store, now: clock() }),
  };
}
