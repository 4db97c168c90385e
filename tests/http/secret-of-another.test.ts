import { createAuthorizationServer, newSecret, openStore, parseSecrets } from '@sojourn/server';
import { expect, test } from 'vitest';

const ISSUER = 'http://localhost:4400/';
const secretOf = (kid: string) => newSecret().replace(/^[^:]+/, kid);

test('a server does not start under a secret that is not its store’s, whatever the secret is called', async () => {
  const store = await openStore('sqlite::memory:');
  const start = (...texts: string[]) =>
    createAuthorizationServer({
      issuer: ISSUER,
      store,
      secrets: parseSecrets(texts.join(',')),
      heartbeat: false,
    });
  const own = secretOf('harbour');
  await (await start(own)).close();
  await expect(start(secretOf('harbour'))).rejects.toThrow(
    'the secret "harbour" is not the one this database was used with under that id.',
  );
  await expect(start(secretOf('another'))).rejects.toThrow(
    'the secret "another" is not one this database was used with (harbour).',
  );
  // Beside the own one under its right name, a new one is taken; a wrong one under a known name is not.
  const added = secretOf('added');
  await (await start(added, own)).close();
  await expect(start(own, secretOf('added'))).rejects.toThrow('under that id');
  await store.close();
});
