import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { parseKeySet } from './remote-keys.js';

const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });

test('RFC 7517 §4.2: of a published set only keys that may sign are taken', () => {
  const signing = { ...key, kid: 'sig', use: 'sig' };
  const unsaid = { ...key, kid: 'unsaid' };
  const sealing = { ...key, kid: 'enc', use: 'enc' };
  expect(parseKeySet({ keys: [sealing, signing, unsaid] })).toEqual({ keys: [signing, unsaid] });
  expect(parseKeySet({ keys: [sealing] })).toBeNull();
});
