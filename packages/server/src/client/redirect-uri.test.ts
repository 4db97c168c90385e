import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildConfiguration } from '../configuration/build-configuration.js';
import type { Client } from './client.js';
import { hasScriptScheme, isRegisteredRedirectUri, isUnproven } from './redirect-uri.js';

const CALLBACKS = ['https://a.test/cb', 'http://127.0.0.1/cb', 'http://[::1]/cb', 'com.example.app:/cb'];

function aClient(document: Record<string, unknown>): Client {
  const documents = [{ kind: 'client' as const, id: 'c', document: { client_id: 'c', ...document } }];
  return buildConfiguration(documents, (_purpose, sealed) => sealed).clients.get('c') as Client;
}
const native = aClient({ app_type: 'native', callbacks: CALLBACKS });
const web = aClient({ app_type: 'spa', callbacks: CALLBACKS });

describe('security.md 1: exact strings; only loopback-IP native clients may vary the port', () => {
  test.each(CALLBACKS)('%s itself', (uri) => {
    expect(isRegisteredRedirectUri(native, uri)).toBe(true);
    expect(isRegisteredRedirectUri(web, uri)).toBe(true);
  });

  test.each(['http://127.0.0.1:1/cb', 'http://127.0.0.1:65535/cb', 'http://[::1]:49152/cb'])(
    'RFC 8252 §7.3: %s for native clients, and for no other',
    (uri) => {
      expect(isRegisteredRedirectUri(native, uri)).toBe(true);
      expect(isRegisteredRedirectUri(web, uri)).toBe(false);
    },
  );

  test('any other string is refused, however near', () => {
    const piece = fc.constantFrom(
      '/',
      '.',
      '@',
      ':',
      '%',
      '\\',
      '#',
      '?',
      '\t',
      '\n',
      '\0',
      ' ',
      'a',
      'A',
      'ı',
      '*',
    );
    fc.assert(
      fc.property(fc.constantFrom(...CALLBACKS), fc.nat(30), piece, fc.nat(2), (uri, at, other, cut) => {
        const near = uri.slice(0, at) + other + uri.slice(at + cut);
        fc.pre(!CALLBACKS.includes(near));
        expect(isRegisteredRedirectUri(native, near)).toBe(false);
      }),
      { numRuns: 3_000 },
    );
  });

  test('any port is a number of at most 65535, and moves neither host nor path', () => {
    fc.assert(
      fc.property(fc.oneof(fc.nat(200_000).map(String), fc.string({ maxLength: 8 })), (port) => {
        const uri = `http://127.0.0.1:${port}/cb`;
        if (!isRegisteredRedirectUri(native, uri)) return;
        const { hostname, pathname, username } = new URL(uri);
        expect([hostname, pathname, username]).toEqual(['127.0.0.1', '/cb', '']);
      }),
    );
  });
});

describe('security.md 10: refused again at use', () => {
  test.each([
    'javascript:alert(1)',
    ' JavaScript:x',
    'data:text/html,x',
    'vbscript:x',
    'blob:https://a.test/1',
    'file:///x',
  ])('%s', (uri) => {
    expect(hasScriptScheme(uri)).toBe(true);
    expect(isRegisteredRedirectUri({ ...web, callbacks: [uri] }, uri)).toBe(false);
    expect(isRegisteredRedirectUri({ ...native, callbacks: [uri] }, uri)).toBe(false);
  });
});

describe('design.md 13: consent for unproven clients', () => {
  test.each([
    ['https://a.test/cb', false],
    ['http://127.0.0.1/cb', true],
    ['http://127.0.0.1:49152/cb', true],
    ['http://[::1]/cb', true],
    ['com.example.app:/cb', true],
    ['http://localhost:3000/cb', false],
    ['http://shop.localhost:3000/cb', false],
    ['http://localhost.evil.test/cb', true],
  ])('a first-party public client at %s: unproven %s', (uri, unproven) => {
    expect(isUnproven(native, uri)).toBe(unproven);
  });

  test('localhost of a third party’s client is unproven; a client with a secret is proven anywhere', () => {
    const third = aClient({ app_type: 'spa', is_first_party: false });
    expect(isUnproven(third, 'http://localhost:3000/cb')).toBe(true);
    const confidential = aClient({ app_type: 'regular_web', client_secret: 's' });
    expect(isUnproven(confidential, 'http://127.0.0.1/cb')).toBe(false);
  });
});
