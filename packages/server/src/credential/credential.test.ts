import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type CredentialKind,
  deriveAttachmentHandle,
  deriveSilentHandle,
  hashHandle,
  mintCredential,
  verifyCredential,
} from './credential.js';
import { randomHandle, randomText } from './randomness.js';
import { newSecret, parseSecrets } from './secrets.js';

const secrets = parseSecrets(newSecret());
const { current } = secrets;
const KINDS: readonly CredentialKind[] = ['session', 'silent', 'attached', 'refresh'];

/** A refresh token's names its session. */
const handleOf = (of: CredentialKind) => (of === 'refresh' ? `sid-1~${randomHandle()}` : randomHandle());

const kind = fc.constantFrom(...KINDS);
const generation = fc.integer({ min: 0, max: 0xffff_ffff });
const clientId = fc.string({ maxLength: 20 });
const credential = fc.record({ kind, generation, clientId }).map((drawn) => {
  const { kind: of, generation: at, clientId: by } = drawn;
  const handle = handleOf(of);
  return { ...drawn, handle, text: mintCredential(current, of, { handle, generation: at }, by) };
});

describe('docs/decisions/0001: what is minted is accepted as what it is', () => {
  test('for its kind and client', () => {
    fc.assert(
      fc.property(credential, (minted) => {
        const { handle, generation: at } = minted;
        const verified = verifyCredential(secrets, minted.kind, minted.text, minted.clientId);
        expect(verified).toEqual({ kid: current.kid, handle, generation: at });
      }),
    );
  });

  test('it fits a cookie', () => {
    const text = mintCredential(
      current,
      'attached',
      { handle: randomHandle(), generation: 0xffff_ffff },
      'c',
    );
    expect(text).toMatch(/^v1\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{22}\.\d+\.[A-Za-z0-9_-]{43}$/);
    expect(text.length).toBeLessThan(128);
  });

  test('under a former secret as long as it is listed', () => {
    const former = newSecret();
    const old = parseSecrets(former);
    const handle = randomHandle();
    const text = mintCredential(old.current, 'session', { handle, generation: 0 });
    const both = parseSecrets(`${newSecret()},${former}`);
    expect(verifyCredential(both, 'session', text)).toMatchObject({ handle, kid: old.current.kid });
    expect(verifyCredential(secrets, 'session', text)).toBeNull();
  });
});

describe('properties', () => {
  test('any value that differs in one character is refused', () => {
    const position = fc.double({ min: 0, max: 0.999_999, noNaN: true });
    const character = fc.string({ minLength: 1, maxLength: 1, unit: 'binary' });
    fc.assert(
      fc.property(credential, position, character, (minted, at, other) => {
        const index = Math.floor(at * minted.text.length);
        const mutated = minted.text.slice(0, index) + other + minted.text.slice(index + 1);
        fc.pre(mutated !== minted.text);
        expect(verifyCredential(secrets, minted.kind, mutated, minted.clientId)).toBeNull();
      }),
      { numRuns: 2_000 },
    );
  });

  test('cut off, prolonged, doubled or with anything inserted it is refused', () => {
    fc.assert(
      fc.property(credential, fc.nat(120), fc.string({ minLength: 1, maxLength: 4 }), (minted, at, piece) => {
        const { text } = minted;
        for (const mutated of [
          text.slice(0, at),
          text + piece,
          piece + text,
          text.slice(0, at) + piece + text.slice(at),
          `${text}.${text}`,
          text.toUpperCase(),
        ]) {
          if (mutated === text) continue;
          expect(verifyCredential(secrets, minted.kind, mutated, minted.clientId)).toBeNull();
        }
      }),
    );
  });

  test('a value of one kind is never accepted as another, nor one client’s as another’s', () => {
    fc.assert(
      fc.property(credential, kind, clientId, (minted, other, by) => {
        const accepted = verifyCredential(secrets, other, minted.text, by) !== null;
        expect(accepted).toBe(other === minted.kind && by === minted.clientId);
      }),
      { numRuns: 1_000 },
    );
  });

  test('no letter moves between client and generation: 12 of "spa" is not 2 of "spa1"', () => {
    for (const of of KINDS)
      for (const [by, at, otherBy, otherAt] of [
        ['spa', 12, 'spa1', 2],
        ['spa1', 2, 'spa', 12],
        ['', 71, '7', 1],
      ] as const) {
        const text = mintCredential(current, of, { handle: handleOf(of), generation: at }, by);
        expect(verifyCredential(secrets, of, text, by)).not.toBeNull();
        const moved = text.replace(`.${at}.`, `.${otherAt}.`);
        expect(verifyCredential(secrets, of, moved, otherBy)).toBeNull();
      }
  });

  test('another secret’s value is refused, also under our kid', () => {
    fc.assert(
      fc.property(credential, (minted) => {
        const stranger = parseSecrets(newSecret().replace(/^[^:]+/, current.kid));
        const { handle, generation: at } = minted;
        const forged = mintCredential(
          stranger.current,
          minted.kind,
          { handle, generation: at },
          minted.clientId,
        );
        expect(verifyCredential(secrets, minted.kind, forged, minted.clientId)).toBeNull();
      }),
    );
  });

  test('anything else at all is refused and never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), kind, (text, of) => {
        expect(verifyCredential(secrets, of, text)).toBeNull();
        expect(verifyCredential(secrets, of, `v1.${current.kid}.${text}`)).toBeNull();
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('handles', () => {
  test('design.md 3: neither cookie yields the other, and the store’s hash yields neither', () => {
    const handle = randomHandle();
    const silent = deriveSilentHandle(current, handle);
    expect(silent).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(new Set([handle, silent, hashHandle(handle), hashHandle(silent)]).size).toBe(4);
    const elsewhere = parseSecrets(newSecret());
    expect(deriveSilentHandle(elsewhere.current, handle)).not.toBe(silent);
  });

  test('an attachment’s handle is of one client and origin: nothing moves between the parts', () => {
    const part = fc.constantFrom('a', 'ab', 'abc', '1:a', '', 'b');
    fc.assert(
      fc.property(fc.tuple(part, part, part), fc.tuple(part, part, part), (one, other) => {
        const same = JSON.stringify(one) === JSON.stringify(other);
        const equal = deriveAttachmentHandle(current, ...one) === deriveAttachmentHandle(current, ...other);
        expect(equal).toBe(same);
      }),
    );
  });

  test('security.md 35: 128 random bits, none handed out twice across the pool’s edges', () => {
    const drawn = Array.from({ length: 20_000 }, () => randomHandle());
    expect(new Set(drawn).size).toBe(drawn.length);
    for (const handle of drawn.slice(0, 600)) expect(handle).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(randomText(32)).toMatch(/^[A-Za-z0-9_-]{43}$/);
    // Every bit of every byte moves.
    const seen = drawn.reduce((all, handle) => {
      for (const [index, byte] of Buffer.from(handle, 'base64url').entries())
        all[index] = (all[index] ?? 0) | byte;
      return all;
    }, new Array<number>(16).fill(0));
    expect(seen).toEqual(new Array(16).fill(255));
  });
});
