import { afterEach, beforeEach, expect, test } from 'vitest';
import { newSecret, parseSecrets } from '../credential/secrets.js';
import { loadKeyring, rotateSigningKey } from '../keys/signing-keys.js';
import { openStore } from '../store/open-store.js';
import type { Store } from '../store/store.js';
import { startConfiguration } from './configuration-in-force.js';

const NOW = Date.UTC(2026, 10, 20, 12);
const secrets = parseSecrets(newSecret());

let store: Store;
beforeEach(async () => {
  store = await openStore('sqlite::memory:');
});
afterEach(() => store.close());

test('M07 a key that another node rotates while this one starts is in force here, though nobody tells of it again', async () => {
  const keys = await loadKeyring(store, secrets, () => NOW);
  const elsewhere = await loadKeyring(store, secrets, () => NOW);
  await elsewhere.current('RS256');
  await keys.reload();
  await rotateSigningKey(elsewhere, 'RS256', { store, secrets, now: NOW, force: true });

  const configuration = await startConfiguration(keys, { store, secrets, onFailure: () => {} });
  expect((await keys.current('RS256')).kid).toBe((await elsewhere.current('RS256')).kid);
  configuration.close();
});
