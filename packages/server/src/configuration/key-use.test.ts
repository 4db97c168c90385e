import { describe, expect, test } from 'vitest';
import { buildConfiguration } from './build-configuration.js';
import { findKeyUse } from './key-use.js';

const SECRET = 'a secret of at least thirty-two bytes';

/** What a tenant of these clients and APIs uses, in the order of the alphabet, and what is left for unasked tokens. */
function useOf(clients: object[], apis: object[] = []): [string[], string] {
  const { algs, unasked } = findKeyUse(
    buildConfiguration(
      [
        ...clients.map((document, index) => ({
          kind: 'client' as const,
          id: `c${index}`,
          document: { ...document },
        })),
        ...apis.map((document, index) => ({
          kind: 'resource-server' as const,
          id: `a${index}`,
          document: { identifier: `a${index}`, ...document },
        })),
      ],
      (_purpose, sealed) => sealed,
    ),
  );
  return [[...algs].sort(), unasked];
}

const es = { jwt_configuration: { alg: 'ES256' } };
const hs = { jwt_configuration: { alg: 'HS256' }, client_secret: SECRET };

describe('design.md 13: RS256 unless nothing else is RS256', () => {
  test.each([
    ['nobody at all', [], [], ['RS256'], 'RS256'],
    ['a client that says nothing', [{}], [], ['RS256'], 'RS256'],
    ['ES256 throughout', [es], [{ signing_alg: 'ES256' }], ['ES256'], 'ES256'],
    ['an API of RS256 beside', [es], [{}], ['ES256', 'RS256'], 'RS256'],
    [
      'a client of RS256 beside an API of ES256',
      [{}],
      [{ signing_alg: 'ES256' }],
      ['ES256', 'RS256'],
      'RS256',
    ],
    ['secrets alone', [hs], [{ signing_alg: 'HS256', signing_secret: SECRET }], ['RS256'], 'RS256'],
    ['secrets beside ES256', [hs, es], [], ['ES256'], 'ES256'],
    [
      'HS256 without a secret, which is RS256',
      [es, { ...hs, client_secret: undefined }],
      [],
      ['ES256', 'RS256'],
      'RS256',
    ],
    [
      'a machine, which gets no ID token',
      [es, { grant_types: ['client_credentials'] }],
      [],
      ['ES256'],
      'ES256',
    ],
    [
      'one of no grant that is given ID tokens straight',
      [es, { grant_types: [], sojourn: { response_types: ['id_token'] } }],
      [],
      ['ES256', 'RS256'],
      'RS256',
    ],
    [
      'signed userinfo',
      [{ ...es, sojourn: { userinfo_signed_response_alg: 'RS256' } }],
      [],
      ['ES256', 'RS256'],
      'RS256',
    ],
  ])('%s', (_name, clients, apis, algs, unasked) => {
    expect(useOf(clients, apis)).toEqual([algs, unasked]);
  });
});
