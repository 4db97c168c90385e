import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Parameters, parseBody, parseForm, parseJsonParameters } from './parameters.js';

const FORM = 'application/x-www-form-urlencoded';

describe('RFC 6749 §3.1', () => {
  test('"Parameters sent without a value MUST be treated as if they were omitted"', () => {
    const parameters = parseForm('a=&b&c=1');
    expect(['a', 'b', 'c'].map((name) => parameters?.get(name))).toEqual([undefined, undefined, '1']);
    expect(parameters?.has('b')).toBe(true);
    expect(parameters?.getAll('a')).toEqual([]);
  });

  test('"parameters MUST NOT be included more than once": told by name, empty ones too', () => {
    expect(parseForm('a=1&b=2')?.repeated()).toBeUndefined();
    expect(parseForm('a=1&b=2&a=')?.repeated()).toBe('a');
    expect(parseForm('resource=1&resource=2')?.repeated(['resource'])).toBeUndefined();
    expect(parseForm('resource=1&resource=2&a=1&%61=2')?.repeated(['resource'])).toBe('a');
    expect(parseForm('a=1&b=1&a=1&b=')?.isRepeated('b')).toBe(true);
    expect(parseForm('a=1&b=1&a=1')?.isRepeated('b')).toBe(false);
  });
});

describe('security.md 87: what is not readable is refused whole', () => {
  test.each(['%', 'a=%zz', 'a=%ff', 'a=%c0%ae', 'a=%ed%a0%80', 'a=%00', 'a=b\0', '%00=1', 'a=1&b=%e2%82'])(
    '%s',
    (raw) => expect(parseForm(raw)).toBeNull(),
  );

  test('over 100 parameters', () => {
    expect(parseForm(Array.from({ length: 100 }, (_, i) => `p${i}=1`).join('&'))).not.toBeNull();
    expect(parseForm(Array.from({ length: 101 }, (_, i) => `p${i}=1`).join('&'))).toBeNull();
    expect(
      parseJsonParameters(JSON.stringify(Object.fromEntries(Array.from({ length: 101 }, (_, i) => [i, 1])))),
    ).toBeNull();
  });

  test('J03: names of Object are names like others', () => {
    const parameters = parseForm('__proto__=x&constructor=y');
    expect(parameters?.get('__proto__')).toBe('x');
    expect(parameters?.get('toString')).toBeUndefined();
    expect(parseJsonParameters('{"__proto__":"x"}')?.get('__proto__')).toBe('x');
    expect(parseJsonParameters('{"a":"x"}')?.get('toString')).toBeUndefined();
  });
});

describe('parseBody', () => {
  test.each([
    [FORM, true],
    [`${FORM};charset=utf-8`, true],
    [`${FORM}; Charset="UTF-8"`, true],
    ['APPLICATION/X-WWW-FORM-URLENCODED', true],
    [`${FORM}; charset=utf-16`, 415],
    [`text/plain; x=${FORM}`, 415],
    ['multipart/form-data', 415],
    ['application/jsonp', 415],
    ['', 415],
    [undefined, 415],
  ])('%s: %s', (type, outcome) => {
    const parsed = parseBody(type, 'a=1');
    expect(parsed.ok ? parsed.parameters.get('a') === '1' : parsed.status).toBe(outcome);
  });

  test.each(['[]', 'null', '1', '"a"', '{', '', '{"a":1}x'])('JSON that is no object: %s', (raw) =>
    expect(parseBody('application/json', raw)).toEqual({ ok: false, status: 400 }),
  );

  test.each(['{"a":"x\\u0000"}', '{"a\\u0000":"x"}'])(
    'JSON that holds NUL, which no store takes: %s',
    (raw) => expect(parseBody('application/json', raw)).toEqual({ ok: false, status: 400 }),
  );

  test('nested values of JSON are left out', () => {
    expect(parseJsonParameters('{"a":"1","b":2,"c":true,"d":[1],"e":{},"f":null}')?.pairs).toEqual([
      ['a', '1'],
      ['b', '2'],
      ['c', 'true'],
    ]);
  });
});

describe('properties', () => {
  const word = fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0'));

  test('what URLSearchParams writes is read back, in order, repeats included', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(word, word), { maxLength: 100 }), (pairs) => {
        const raw = new URLSearchParams(pairs as [string, string][]).toString();
        expect(parseForm(raw)?.pairs ?? null).toEqual(pairs);
      }),
    );
  });

  test('what encodeURIComponent writes is read back', () => {
    fc.assert(
      fc.property(word, (text) => {
        expect(parseForm(`a=${encodeURIComponent(text)}`)?.pairs).toEqual([['a', text]]);
      }),
    );
  });

  test('anything is read or refused; nothing is thrown', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.constantFrom(FORM, 'application/json', 'x'),
        (raw, type) => {
          const parsed = parseBody(type, raw);
          if (parsed.ok) expect(parsed.parameters).toBeInstanceOf(Parameters);
          else expect([400, 415]).toContain(parsed.status);
        },
      ),
    );
  });

  test('repeated and isRepeated agree', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'resource');
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.constantFrom('', '1')), { maxLength: 6 }), (pairs) => {
        const parameters = new Parameters(pairs);
        const names = ['a', 'b', 'c'].filter((one) => parameters.isRepeated(one));
        expect(parameters.repeated(['resource']) !== undefined).toBe(names.length > 0);
      }),
    );
  });
});
