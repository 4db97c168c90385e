import { createHmac } from 'node:crypto';
import type { SecretStore } from './secret-store.js';
import { SecretError, type Secrets } from './secrets.js';

/**
 * Refuses a secret that is not this store's, before anything is made under it.
 *
 * @throws SecretError
 */
export async function checkSecrets(secrets: Secrets, store: SecretStore): Promise<void> {
  const checks = new Map(
    secrets.all.map((secret) => [
      secret.kid,
      createHmac('sha256', secret.keyFor('secret check')).update(secret.kid).digest('base64url'),
    ]),
  );
  const known = await store.adoptSecretChecks(checks);
  for (const [kid, check] of checks) {
    if (!known.has(kid)) {
      throw new SecretError(
        `the secret "${kid}" is not one this database was used with (${[...known.keys()].join(', ')}). Give the former one too, after a comma.`,
      );
    }
    if (known.get(kid) !== check) {
      throw new SecretError(`the secret "${kid}" is not the one this database was used with under that id.`);
    }
  }
}
