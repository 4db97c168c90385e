import { checkSecrets, openStore, parseSecrets, type Store } from '@sojourn/server';
import { afterEach, beforeEach, expect, test } from 'vitest';

const secret = (id: string, letter: string) => `${id}:${letter.repeat(43)}`;

let store: Store;
beforeEach(async () => {
  store = await openStore('sqlite::memory:');
  await checkSecrets(parseSecrets(secret('k1', 'A')), store);
});
afterEach(() => store.close());

const check = (text: string) => checkSecrets(parseSecrets(text), store);

test('the secret that a database was used with is taken, also behind a new one, which is known from then on', async () => {
  await check(secret('k1', 'A'));
  await check(`${secret('k2', 'B')},${secret('k1', 'A')}`);
  await check(secret('k2', 'B'));
});

test('a secret that the database does not know is refused, with those that it knows', async () => {
  await expect(check(secret('k2', 'B'))).rejects.toMatchObject({
    name: 'SecretError',
    message: expect.stringContaining('"k2" is not one this database was used with (k1)'),
  });
  // Refused, it is not known afterwards either.
  await expect(check(secret('k2', 'B'))).rejects.toThrow('k2');
});

test('another secret under a known id is refused, and the refusal tells neither', async () => {
  const refusal = check(secret('k1', 'B'));
  await expect(refusal).rejects.toMatchObject({
    name: 'SecretError',
    message: expect.stringContaining('"k1" is not the one this database was used with'),
  });
  await expect(refusal).rejects.not.toThrow(/A{43}|B{43}/);
});
