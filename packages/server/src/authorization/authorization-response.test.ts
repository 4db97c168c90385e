import { RESPONSE_MODES } from '@sojourn/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseForm } from '../http/parameters.js';
import { buildAuthorizationResponse, buildErrorParameters } from './authorization-response.js';

const ISSUER = 'https://op.test/';

const answer = (
  mode: (typeof RESPONSE_MODES)[number],
  state: string | null,
  redirectUri = 'https://a.test/cb',
) => buildAuthorizationResponse({ redirectUri, mode, state }, [['code', 'c0de']], ISSUER);

/** Any text that a parameter can hold. */
const text = fc.string({ unit: 'binary' });

describe('properties', () => {
  test('buildQuery → parseForm gives back what was put in: query and fragment', () => {
    fc.assert(
      fc.property(
        text.filter((value) => value !== '' && !value.includes('\0')),
        fc.constantFrom('query', 'fragment') as fc.Arbitrary<'query' | 'fragment'>,
        (state, mode) => {
          const location = answer(mode, state).headers.location as string;
          const [before, after = ''] = location.split(mode === 'query' ? '?' : '#');
          expect(before).toBe('https://a.test/cb');
          expect(parseForm(after)?.pairs).toEqual([
            ['code', 'c0de'],
            ['state', state],
            ['iss', ISSUER],
          ]);
        },
      ),
    );
  });

  test('RFC 9110 §10.2.2: a Location holds printable ASCII only, so no state can split a header', () => {
    fc.assert(
      fc.property(text, fc.constantFrom(...RESPONSE_MODES), (state, mode) => {
        const { headers } = answer(mode, state);
        for (const value of Object.values(headers)) expect(String(value)).toMatch(/^[\x20-\x7e]*$/);
      }),
    );
  });

  test('web_message: one script whatever the state, and the message parses back', () => {
    fc.assert(
      fc.property(text, (state) => {
        const { body } = answer('web_message', state);
        expect(body.match(/<script/gi)).toHaveLength(1);
        expect(body.match(/<\/script/gi)).toHaveLength(1);
        const message = /postMessage\((.*),"https:\/\/a\.test"\)<\/script>/s.exec(body)?.[1] as string;
        expect(JSON.parse(message)).toEqual({
          type: 'authorization_response',
          response: { code: 'c0de', state, iss: ISSUER },
        });
      }),
    );
  });

  test('form_post: one form and three fields whatever the state', () => {
    fc.assert(
      fc.property(text, (state) => {
        const { body } = answer('form_post', state);
        expect(body.match(/<form/gi)).toHaveLength(1);
        expect(body.match(/<input/gi)).toHaveLength(3);
        expect(body.match(/<script/gi)).toHaveLength(1);
      }),
    );
  });
});

describe('RFC 9207 §2', () => {
  test.each(RESPONSE_MODES)('iss stands in every answer, state only where it came: %s', (mode) => {
    const { headers, body } = answer(mode, null);
    const whole = `${headers.location ?? ''}${body}`;
    expect(whole).toMatch(/iss/);
    expect(whole).not.toMatch(/state/);
  });
});

describe('a registered callback', () => {
  test('keeps its query', () => {
    const { headers } = answer('query', 's', 'https://a.test/cb?kept=1');
    expect(headers.location).toBe('https://a.test/cb?kept=1&code=c0de&state=s&iss=https%3A%2F%2Fop.test%2F');
  });

  test('RFC 9110 §10.2.2: one with letters beyond ASCII becomes a Location that can be sent', () => {
    for (const mode of ['query', 'fragment'] as const) {
      const { headers } = answer(mode, 's', 'https://a.test/zurück/港?name=港');
      expect(headers.location).toMatch(/^[\x21-\x7e]+$/);
      expect(new URL(headers.location as string).pathname).toBe(new URL('https://a.test/zurück/港').pathname);
    }
  });

  test('of a native application stays as it is written', () => {
    const { headers } = answer('query', 's', 'com.example.app:/cb');
    expect(headers.location).toMatch(/^com\.example\.app:\/cb\?code=c0de&/);
  });
});

test('error_description begins with Auth0’s text, the reason’s sentence behind it', () => {
  const known = [
    ['error', 'login_required'],
    ['error_description', 'Login required. There is no session in this browser.'],
  ];
  const build = (tellsReason: boolean) =>
    buildErrorParameters('login_required', 'no-session', { tellsReason });
  expect(build(false)).toEqual(known);
  expect(build(true)).toEqual([...known, ['sojourn_reason', 'no-session']]);
});
