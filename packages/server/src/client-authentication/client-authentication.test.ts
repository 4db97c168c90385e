import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildConfiguration } from '../configuration/build-configuration.js';
import { Parameters } from '../http/parameters.js';
import { decideClientAuthentication, parseClientCredentials } from './client-authentication.js';

const SECRET = 'the secret of the desk';
const configuration = buildConfiguration(
  [
    ['public', { app_type: 'spa' }],
    ['basic', { client_secret: SECRET, token_endpoint_auth_method: 'client_secret_basic' }],
    ['post', { client_secret: SECRET }],
    ['bare', {}],
  ].map(([id, document]) => ({
    kind: 'client' as const,
    id: id as string,
    document: { client_id: id, ...(document as object) },
  })),
  (_purpose, sealed) => sealed,
);

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
const form = (text: string) => new URLSearchParams([['', text]]).toString().slice(1);
const parse = (authorization: string | undefined, fields: Record<string, string> = {}) =>
  parseClientCredentials(authorization, new Parameters(Object.entries(fields)));

describe('RFC 6749 §2.3.1: reading', () => {
  test('id and secret survive the form encoding of Basic, whatever they hold', () => {
    const text = fc.string({ unit: 'binary', minLength: 1 });
    fc.assert(
      fc.property(text, text, (id, secret) => {
        const credentials = parse(basic(`${form(id)}:${form(secret)}`));
        expect(credentials).toMatchObject({ clientId: id, secret, basic: true });
      }),
    );
  });

  test.each([
    ['no header, no body', undefined, {}, { clientId: null, secret: null, basic: false }],
    [
      'in the body',
      undefined,
      { client_id: 'c', client_secret: 's' },
      { clientId: 'c', secret: 's', basic: false },
    ],
    ['the same id twice', basic('c:s'), { client_id: 'c' }, { clientId: 'c', secret: 's', basic: true }],
    ['an empty secret', basic('c:'), {}, { clientId: 'c', secret: '', basic: true }],
    ['the same twice', basic('c:s'), { client_id: 'c', client_secret: 's' }, { clientId: 'c', secret: 's' }],
    ['a raw secret with +', basic('c:a+b'), {}, { secret: 'a b', rawSecret: 'a+b' }],
    ['a raw secret with + twice', basic('c:a+b'), { client_secret: 'a+b' }, { rawSecret: 'a+b' }],
    ['a raw secret with %', basic('c:100%zz'), {}, { secret: '100%zz', rawSecret: null }],
    ['encoded bytes that are no UTF-8', basic('c:%ff'), {}, { secret: '%ff', rawSecret: null }],
    ['a raw id, as the body says', basic('a+b:s'), { client_id: 'a+b' }, { clientId: 'a+b', secret: 's' }],
    [
      'Latin-1',
      `Basic ${Buffer.from('c:gr\u00fc\u00df', 'latin1').toString('base64')}`,
      {},
      { secret: 'gr\u00fc\u00df' },
    ],
  ])('%s', (_name, authorization, fields: Record<string, string>, expected) => {
    expect(parse(authorization, fields)).toMatchObject(expected);
  });

  test.each([
    ['two secrets', basic('c:s'), { client_secret: 't' }],
    ['a secret and an assertion', basic('c:s'), { client_assertion: 'x' }],
    ['two ids', basic('c:s'), { client_id: 'd' }],
    ['another scheme', 'Bearer x', {}],
    ['no colon', basic('c'), {}],
  ])(
    'RFC 6749 §2.3: "MUST NOT use more than one authentication method": %s',
    (_name, authorization, fields) => {
      expect(parse(authorization, fields as Record<string, string>)).toBeNull();
    },
  );

  test('any header is read or refused; nothing is thrown', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (one, two) => {
        for (const header of [one, `Basic ${one}`, basic(one), basic(`${one}:${two}`)]) {
          const credentials = parse(header);
          if (credentials !== null) expect(credentials.basic).toBe(true);
        }
      }),
    );
  });
});

const decide = (
  clientId: string | null,
  secret: string | null,
  { rawSecret = null, basic = false }: { rawSecret?: string | null; basic?: boolean } = {},
) =>
  decideClientAuthentication({ clientId, secret, rawSecret, basic, assertion: null }, configuration)
    ?.clientId ?? null;

describe('security.md 19: who is authenticated', () => {
  test.each([
    ['public', null, 'public'],
    ['basic', SECRET, 'basic'],
    ['post', SECRET, 'post'],
    ['public', '', null],
    ['public', SECRET, null],
    ['post', null, null],
    ['post', '', null],
    ['bare', null, null],
    ['bare', '', null],
    ['bare', 'no client has this secret', null],
    ['nobody', null, null],
    ['nobody', SECRET, null],
    ['nobody', 'no client has this secret', null],
    [null, SECRET, null],
    ['__proto__', null, null],
  ])('%s with %s: %s', (clientId, secret, expected) => expect(decide(clientId, secret)).toBe(expected));

  test('docs/decisions/0021: a secret counts form-decoded or as it stands; an empty one in Basic is none', () => {
    expect(decide('basic', 'decoded', { rawSecret: SECRET, basic: true })).toBe('basic');
    expect(decide('basic', SECRET, { rawSecret: 'raw', basic: true })).toBe('basic');
    expect(decide('basic', 'decoded', { rawSecret: 'raw', basic: true })).toBeNull();
    expect(decide('bare', '', { rawSecret: 'no client has this secret', basic: true })).toBeNull();
    expect(decide('public', '', { basic: true })).toBe('public');
    for (const other of ['basic', 'post', 'bare', 'nobody'])
      expect(decide(other, '', { basic: true })).toBeNull();
  });

  test('whatever the secret is, its client is known by it in either spelling of Basic', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (secret) => {
        const { clients } = configuration;
        const own = {
          ...configuration,
          clients: new Map([['basic', { ...clients.get('basic'), clientSecret: secret }]]),
        };
        for (const text of [form(secret), secret]) {
          const credentials = parse(basic(`basic:${text}`));
          expect(credentials && decideClientAuthentication(credentials, own as never)?.clientId).toBe(
            'basic',
          );
        }
      }),
    );
  });

  test('no other secret is the secret', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.nat(30).map((at) => SECRET.slice(0, at)),
          fc.constant(`${SECRET}\0`),
        ),
        (secret) => {
          fc.pre(secret !== SECRET);
          expect(decide('post', secret)).toBeNull();
        },
      ),
    );
  });
});
