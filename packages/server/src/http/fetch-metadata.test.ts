import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  isCrossSite,
  isFramed,
  isFromBrowser,
  isNavigation,
  isPrefetch,
  isTopLevelNavigation,
} from './fetch-metadata.js';
import type { HttpRequest } from './request.js';

const ISSUER = 'https://op.test/';
const request = (headers: Record<string, string> = {}): HttpRequest => ({
  method: 'GET',
  path: '/',
  rawQuery: '',
  rawBody: '',
  peerAddress: '192.0.2.1',
  header: (name) => headers[name],
});
const VISIT = { 'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate', 'sec-fetch-site': 'none' };
const DESTINATIONS = [
  'audio',
  'embed',
  'empty',
  'fencedframe',
  'font',
  'frame',
  'iframe',
  'image',
  'manifest',
  'object',
  'report',
  'script',
  'serviceworker',
  'style',
  'track',
  'video',
  'worker',
  'xslt',
];

describe('isTopLevelNavigation (security.md 66)', () => {
  test('a visit is one, also of a browser that says nothing', () => {
    expect(isTopLevelNavigation(request(VISIT))).toBe(true);
    expect(isTopLevelNavigation(request())).toBe(true);
  });

  test('no other destination or mode is', () => {
    for (const destination of DESTINATIONS)
      expect(isTopLevelNavigation(request({ ...VISIT, 'sec-fetch-dest': destination })), destination).toBe(
        false,
      );
    for (const mode of ['cors', 'no-cors', 'same-origin', 'websocket'])
      expect(isTopLevelNavigation(request({ ...VISIT, 'sec-fetch-mode': mode })), mode).toBe(false);
  });

  test('a prefetch or prerender never is', () => {
    for (const headers of [
      { 'sec-purpose': 'prefetch' },
      { 'sec-purpose': 'prefetch;prerender' },
      { purpose: 'prefetch' },
    ]) {
      expect(isPrefetch(request(headers))).toBe(true);
      expect(isTopLevelNavigation(request({ ...VISIT, ...headers }))).toBe(false);
    }
    expect(isPrefetch(request(VISIT))).toBe(false);
  });
});

describe('isNavigation (security.md 59)', () => {
  test('a page, in the address bar or in a frame, and nothing that a page only loads', () => {
    const shown = ['document', ...DESTINATIONS].filter((destination) =>
      isNavigation(request({ 'sec-fetch-dest': destination, 'sec-fetch-mode': 'navigate' })),
    );
    expect([...shown].sort()).toEqual(['document', 'frame', 'iframe']);
    for (const mode of ['cors', 'no-cors', 'same-origin', 'websocket', 'something-new'])
      expect(isNavigation(request({ 'sec-fetch-dest': 'document', 'sec-fetch-mode': mode }))).toBe(false);
  });

  test('what does not say is believed: Node’s fetch says its mode alone', () => {
    expect(isNavigation(request())).toBe(true);
    expect(isNavigation(request({ 'sec-fetch-mode': 'cors' }))).toBe(true);
    expect(isNavigation(request({ 'sec-fetch-dest': 'document' }))).toBe(true);
  });
});

describe('isFramed', () => {
  test('what shows a page inside another', () => {
    const framed = DESTINATIONS.filter((destination) => isFramed(request({ 'sec-fetch-dest': destination })));
    expect([...framed].sort()).toEqual(['frame', 'iframe']);
    expect(isFramed(request(VISIT))).toBe(false);
    expect(isFramed(request())).toBe(false);
  });
});

describe('isCrossSite (security.md 48)', () => {
  test('only this origin’s own pages, and what the person did, are not', () => {
    for (const site of ['same-origin', 'none'])
      expect(isCrossSite(request({ 'sec-fetch-site': site }), ISSUER)).toBe(false);
    for (const site of ['cross-site', 'same-site', 'something-new'])
      expect(isCrossSite(request({ 'sec-fetch-site': site }), ISSUER)).toBe(true);
  });

  test('a browser without Sec-Fetch-Site is judged by its Origin, exactly', () => {
    expect(isCrossSite(request({ origin: 'https://op.test' }), ISSUER)).toBe(false);
    fc.assert(
      fc.property(
        fc.oneof(
          fc.webUrl(),
          fc.string(),
          fc.constantFrom(
            'null',
            'https://op.test.evil.test',
            'http://op.test',
            'https://op.test:8443',
            'https://OP.test',
          ),
        ),
        (origin) => {
          fc.pre(origin !== 'https://op.test');
          expect(isCrossSite(request({ origin }), ISSUER)).toBe(true);
        },
      ),
    );
  });
});

describe('isFromBrowser (docs/decisions/0004-attachments.md)', () => {
  test('Origin, Sec-Fetch-Site or Sec-Fetch-Dest; Sec-Fetch-Mode alone is what Node sends', () => {
    expect(isFromBrowser(request({ origin: 'null' }))).toBe(true);
    expect(isFromBrowser(request({ 'sec-fetch-site': 'none' }))).toBe(true);
    expect(isFromBrowser(request({ 'sec-fetch-dest': 'empty' }))).toBe(true);
    expect(isFromBrowser(request({ 'sec-fetch-mode': 'cors' }))).toBe(false);
    expect(isFromBrowser(request())).toBe(false);
  });
});
