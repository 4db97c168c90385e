import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildConfiguration } from '../configuration/build-configuration.js';
import type { HttpRequest } from '../http/request.js';
import { decideBrowserRule } from './browser-rule.js';

const configuration = buildConfiguration(
  ['a', 'b'].map((id) => ({
    kind: 'client' as const,
    id,
    document: { client_id: id, app_type: 'spa', web_origins: [`https://${id}.test`] },
  })),
  (_purpose, sealed) => sealed,
);

type Headers = Record<string, string>;
const requestWith = (headers: Headers): HttpRequest => ({
  method: 'POST',
  path: '/oauth/token',
  rawQuery: '',
  header: (name) => headers[name],
  rawBody: '',
  peerAddress: '192.0.2.1',
});
const decide = (headers: Headers, clientId: string | null = 'a') =>
  decideBrowserRule(requestWith(headers), clientId, configuration);

const CORS = { 'sec-fetch-mode': 'cors', 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'empty' };

describe('design.md 4: planting is refused', () => {
  test('a page of a registered origin, by fetch', () => {
    expect(decide({ origin: 'https://a.test', ...CORS })).toEqual({
      verdict: 'allowed',
      origin: 'https://a.test',
      holdsCredentials: true,
    });
    // Browsers before 2023 say no more than this.
    expect(decide({ origin: 'https://a.test' })).toMatchObject({ verdict: 'allowed' });
  });

  test.each([{}, { 'sec-fetch-mode': 'cors' }, { 'user-agent': 'node' }])('no browser: %o', (headers) =>
    expect(decide(headers as Headers)).toEqual({ verdict: 'not-a-browser' }),
  );

  test.each([
    [{ origin: 'null', ...CORS }, 'a'],
    [{ origin: 'https://b.test', ...CORS }, 'a'],
    [{ origin: 'https://a.test', ...CORS }, 'b'],
    [{ origin: 'https://a.test', ...CORS }, 'nobody'],
    [{ origin: 'https://a.test', ...CORS }, null],
    [{ origin: 'https://a.test', ...CORS, 'sec-fetch-mode': 'no-cors' }, 'a'],
    [{ origin: 'https://a.test', ...CORS, 'sec-fetch-mode': 'navigate' }, 'a'],
    [{ origin: 'https://a.test', ...CORS, 'sec-fetch-mode': 'same-origin' }, 'a'],
    [CORS, 'a'],
    [{ 'sec-fetch-site': 'none' }, 'a'],
    [{ 'sec-fetch-dest': 'document' }, 'a'],
  ])('%o as %s', (headers, clientId) =>
    expect(decide(headers as Headers, clientId)).toEqual({ verdict: 'refused' }),
  );

  test('nothing is ever allowed but exactly a registered origin of the named client, by CORS', () => {
    const origin = fc.oneof(
      fc.constantFrom(
        'https://a.test',
        'https://b.test',
        'null',
        '*',
        'https://a.test/',
        'https://a.test:443',
        '',
      ),
      fc.webUrl(),
      fc.string(),
    );
    const mode = fc.constantFrom(
      undefined,
      'cors',
      'no-cors',
      'navigate',
      'same-origin',
      'websocket',
      'CORS',
      '',
    );
    const clientId = fc.constantFrom('a', 'b', 'nobody', '__proto__', null);
    fc.assert(
      fc.property(fc.option(origin), mode, fc.boolean(), clientId, (from, how, site, by) => {
        const headers = {
          ...(from !== null && { origin: from }),
          ...(how !== undefined && { 'sec-fetch-mode': how }),
          ...(site && { 'sec-fetch-site': 'cross-site' }),
        };
        const decision = decide(headers, by);
        const mayAsk = from === `https://${by}.test` && (how === undefined || how === 'cors');
        const isBrowser = from !== null || site;
        expect(decision.verdict).toBe(mayAsk ? 'allowed' : isBrowser ? 'refused' : 'not-a-browser');
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('docs/decisions/0021: origins that nobody registered for pages', () => {
  const standingOf = (document: Record<string, unknown>, origin: string) => {
    const { clients } = buildConfiguration(
      [{ kind: 'client', id: 'c', document: { client_id: 'c', app_type: 'spa', ...document } }],
      (_purpose, sealed) => sealed,
    );
    const request = requestWith({ origin, ...CORS });
    const verdict = decideBrowserRule(request, 'c', { ...configuration, clients });
    return verdict.verdict === 'allowed' ? verdict.holdsCredentials : verdict.verdict;
  };
  const callbacks = ['https://c.test/cb', 'http://localhost:5601/', 'test.c.app://cb'];
  const registration = { access_token_hash: 'x'.repeat(43), registered_at: 0 };

  test.each([
    ['a callback of an SPA', { callbacks }, 'https://c.test', false],
    ['another callback', { callbacks }, 'http://localhost:5601', false],
    ['allowed_origins', { allowed_origins: ['https://more.test'] }, 'https://more.test', false],
    [
      'allowed_origins of a server',
      { app_type: 'regular_web', allowed_origins: ['https://more.test'] },
      'https://more.test',
      false,
    ],
    [
      'a web origin that is a callback too',
      { callbacks, web_origins: ['https://c.test'] },
      'https://c.test',
      true,
    ],
    ['a neighbour of a callback', { callbacks }, 'https://sub.c.test', 'refused'],
    ['another port', { callbacks }, 'http://localhost:5602', 'refused'],
    ['null, which schemes of their own have', { callbacks }, 'null', 'refused'],
    ['a callback of a server', { app_type: 'regular_web', callbacks }, 'https://c.test', 'refused'],
    ['a callback of a native client', { app_type: 'native', callbacks }, 'https://c.test', 'refused'],
    [
      'a callback of a client that registered itself',
      { callbacks, sojourn: { registration } },
      'https://c.test',
      'refused',
    ],
  ])('%s', (_name, document, origin, expected) => expect(standingOf(document, origin)).toBe(expected));
});
