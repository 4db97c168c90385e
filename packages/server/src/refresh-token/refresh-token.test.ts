import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mintCredential } from '../credential/credential.js';
import { randomHandle } from '../credential/randomness.js';
import { newSecret, parseSecrets } from '../credential/secrets.js';
import { hashFamilyHandle, mintRefreshToken, parseRefreshToken } from './refresh-token.js';

const [older, newer] = [newSecret(), newSecret()];
const secrets = parseSecrets(`${newer},${older}`);
const { current } = secrets;
const TOKEN = { sid: randomHandle(), handle: randomHandle(), generation: 7 };
const text = mintRefreshToken(current, TOKEN, 'spa-a');
const parse = (given: string, clientId = 'spa-a') => parseRefreshToken(secrets, given, clientId);

describe('design.md 3 and 5: a refresh token', () => {
  test('is read back as what was given out, and names the place of its family', () => {
    const { sid, handle, generation } = TOKEN;
    const key = { sid, handleHash: hashFamilyHandle(handle) };
    expect(parse(text)).toEqual({ kid: current.kid, generation, handle, key });
    expect(text).not.toContain(key.handleHash);
  });

  test('of one generation is always the same text, and of no two generations', () => {
    expect(mintRefreshToken(current, TOKEN, 'spa-a')).toBe(text);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 0xffff_ffff }), (generation) => {
        const minted = mintRefreshToken(current, { ...TOKEN, generation }, 'spa-a');
        expect(minted === text).toBe(generation === TOKEN.generation);
        expect(parse(minted)?.generation).toBe(generation);
      }),
    );
  });

  test('made under a secret that still verifies is good; once the secret was dropped it is not', () => {
    const minted = mintRefreshToken(parseSecrets(older).current, TOKEN, 'spa-a');
    expect(parse(minted)?.kid).toBe(parseSecrets(older).current.kid);
    expect(parseRefreshToken(parseSecrets(newer), minted, 'spa-a')).toBeNull();
  });
});

describe('security.md 27: nothing else is one', () => {
  test('another client’s', () => {
    for (const clientId of ['spa-b', 'spa-A', 'spa-a ', '', 'spa']) expect(parse(text, clientId)).toBeNull();
  });

  test.each(['session', 'silent', 'attached'] as const)('a credential of another kind: %s', (kind) => {
    const handle = randomHandle();
    expect(parse(mintCredential(current, kind, { handle, generation: 1 }, 'spa-a'))).toBeNull();
    // Nor one whose handle would fit.
    const fitting = mintCredential(
      current,
      kind,
      { handle: `${TOKEN.sid}~${handle}`, generation: 1 },
      'spa-a',
    );
    expect(parse(fitting)).toBeNull();
  });

  test('any of its beginnings or ends, and the token with anything more', () => {
    for (let length = 0; length < text.length; length += 1) {
      expect(parse(text.slice(0, length))).toBeNull();
      expect(parse(text.slice(text.length - length))).toBeNull();
    }
    for (const more of ['.', ' ', 'A', '=', '~', '.A', '\n']) {
      expect(parse(text + more)).toBeNull();
      expect(parse(more + text)).toBeNull();
    }
  });

  test('the token with any one character changed', () => {
    const other = fc.constantFrom(...'ABab01-_~.=% é');
    fc.assert(
      fc.property(fc.nat(text.length - 1), other, (at, character) => {
        fc.pre(text[at] !== character);
        expect(parse(text.slice(0, at) + character + text.slice(at + 1))).toBeNull();
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['another generation', 3, '8'],
    ['the generation written otherwise', 3, '07'],
    ['the generation in another notation', 3, '7e0'],
    ['a generation below none', 3, '-7'],
    ['a generation too large', 3, '4294967296'],
    ['another session', 2, `${randomHandle()}~${TOKEN.handle}`],
    ['another family', 2, `${TOKEN.sid}~${randomHandle()}`],
    ['no session', 2, `~${TOKEN.handle}`],
    ['no family', 2, `${TOKEN.sid}~`],
    ['no separator', 2, `${TOKEN.sid}${TOKEN.handle}`],
    ['two separators', 2, `${TOKEN.sid}~~${TOKEN.handle}`],
    ['a session that is too long', 2, `${'a'.repeat(65)}~${TOKEN.handle}`],
    ['the parts the other way round', 2, `${TOKEN.handle}~${TOKEN.sid}`],
    ['another version', 0, 'v2'],
    ['the other secret', 1, parseSecrets(older).current.kid],
    ['a secret named like a member of Object', 1, '__proto__'],
    ['a tag of nothing', 4, 'A'.repeat(43)],
    ['a tag of other characters', 4, 'é'.repeat(43)],
  ])('%s', (_name, part, value) => {
    const parts = text.split('.');
    parts[part] = value;
    expect(parse(parts.join('.'))).toBeNull();
  });

  test('whatever is said, nothing is thrown', () => {
    const dotted = fc.array(fc.string(), { minLength: 5, maxLength: 5 }).map((parts) => parts.join('.'));
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), dotted), (given) => {
        expect(parse(given)).toBeNull();
      }),
    );
  });
});
