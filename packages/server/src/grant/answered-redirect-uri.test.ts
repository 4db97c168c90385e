import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildAuthorizationResponse } from '../authorization/authorization-response.js';
import { removeAnswer } from './answered-redirect-uri.js';

const FACTS = { code: 'the-code', issuer: 'https://op.test/' };
const ISS = 'iss=https%3A%2F%2Fop.test%2F';

describe('an address that was answered at, without the answer', () => {
  test.each([
    ['as omniauth sends it', `https://a.test/cb?code=the-code&state=s&${ISS}`, 'https://a.test/cb'],
    ['without state', `https://a.test/cb?code=the-code&${ISS}`, 'https://a.test/cb'],
    [
      'with a query of its own',
      `https://a.test/cb?kept=1&code=the-code&state=s&${ISS}`,
      'https://a.test/cb?kept=1',
    ],
    ['in another order', `https://a.test/cb?${ISS}&state=s&kept=1&code=the-code`, 'https://a.test/cb?kept=1'],
    ['written raw', 'https://a.test/cb?code=the-code&iss=https://op.test/', 'https://a.test/cb'],
  ])('%s', (_name, sent, expected) => expect(removeAnswer(sent, FACTS)).toBe(expected));

  test.each([
    ['another code', `https://a.test/cb?code=other&state=s&${ISS}`],
    ['no code', `https://a.test/cb?state=s&${ISS}`],
    ['no query', 'https://a.test/cb'],
    ['the code in a fragment', 'https://a.test/cb#code=the-code'],
  ])('%s: as it came', (_name, sent) => expect(removeAnswer(sent, FACTS)).toBe(sent));

  test.each([
    ['another issuer', 'https://a.test/cb?code=the-code&iss=https%3A%2F%2Fevil.test%2F'],
    ['a second state', `https://a.test/cb?code=the-code&state=s&state=t&${ISS}`],
    [
      'a parameter that is none of ours',
      `https://a.test/cb?code=the-code&next=https%3A%2F%2Fevil.test&${ISS}`,
    ],
    ['another address', `https://evil.test/cb?code=the-code&${ISS}`],
    ['a broken percent sequence', `https://a.test/cb?code=the-code&state=%zz&${ISS}`],
  ])('%s stays, and so the address is another', (_name, sent) => {
    expect(removeAnswer(sent, FACTS)).not.toBe('https://a.test/cb');
  });

  test('whatever the address, state and code are, our own answer leaves the address again', () => {
    const query = fc.array(fc.constantFrom<string>('kept=1', 'x', 'a=%20', 'code=mine', 'iss=mine'), {
      maxLength: 3,
    });
    const text = fc.string({ unit: 'binary', minLength: 1 });
    fc.assert(
      fc.property(query, text, fc.option(text), (pieces, code, state) => {
        fc.pre(!pieces.includes(`code=${code}`));
        const redirectUri = `https://a.test/cb${pieces.length === 0 ? '' : `?${pieces.join('&')}`}`;
        const { headers } = buildAuthorizationResponse(
          { redirectUri, state, mode: 'query' } as never,
          [['code', code]],
          FACTS.issuer,
        );
        expect(removeAnswer(headers.location as string, { ...FACTS, code })).toBe(redirectUri);
      }),
    );
  });

  test('any text is answered and nothing is thrown', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void removeAnswer(`?${text}`, FACTS)));
  });
});
