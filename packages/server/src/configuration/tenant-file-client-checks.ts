import { findPublicKeyFault, PRIVATE_MEMBERS, type PublicKeyFault } from '../client/public-key.js';
import { APP_TYPES_OF_AUTH0 } from './client-entry.js';
import { LIMITS } from './defaults.js';
import { groupOf, type Place, problemAt, type RawEntry, textOf, textsOf } from './parse-entry.js';
import type { Problem } from './problem.js';
import { placeOf } from './raw-tenant-file.js';
import {
  findOriginFault,
  findPatternFault,
  findRedirectUrlFault,
  hasOneWordScheme,
  needsSectorIdentifier,
} from './registered-url.js';

const KEY_FAULTS: Readonly<Record<PublicKeyFault, string>> = {
  private: `a private key does not belong here: remove the members ${PRIVATE_MEMBERS.join(', ')}`,
  kind: 'expected a public key with kty RSA, EC or OKP, and one of the usual curves',
  size: 'expected an RSA key of 2048 to 8192 bits with an exponent of at most 4 bytes',
};

/** What is wrong with clients beyond the form of their fields. It reads entries that have other mistakes as well. */
export function findClientProblems(clients: readonly RawEntry[]): Problem[] {
  return clients.flatMap((client, index) => {
    const place = placeOf('clients', client, index);
    return [
      ...findIdentityProblems(client, place),
      ...findAddressProblems(client, place),
      ...findSecretProblems(client, place),
      ...findKeyProblems(client, place),
      ...findSectorProblems(client, place),
      ...findProfileProblems(client, place),
    ];
  });
}

function findIdentityProblems(client: RawEntry, place: Place): Problem[] {
  if (client.client_id !== undefined || client.name !== undefined) return [];
  return [problemAt(place, ['name'], undefined, 'a client has a name, a client_id or both')];
}

const OWN_ADDRESSES = ['jwks_uri', 'sector_identifier_uri', 'client_uri', 'policy_uri', 'tos_uri'];

function findAddressProblems(client: RawEntry, place: Place): Problem[] {
  const allowsCustomScheme = textOf(client, 'app_type') === 'native';
  const own = groupOf(client, 'sojourn');
  const faultsOf = (field: string, findFault: (value: string) => string | null) =>
    textsOf(client, field).flatMap(([index, value]) => {
      const fault = findFault(value);
      return fault === null ? [] : [problemAt(place, [field, index], value, fault)];
    });
  const patternOf = (group: RawEntry, field: string, path: readonly (string | number)[]) => {
    const value = textOf(group, field);
    const fault = value === null ? null : findPatternFault(value);
    return fault === null ? [] : [problemAt(place, [...path, field], value, fault)];
  };
  return [
    ...faultsOf('callbacks', (v) => findRedirectUrlFault(v, { allowsCustomScheme, allowsFragment: false })),
    ...faultsOf('allowed_logout_urls', (v) =>
      findRedirectUrlFault(v, { allowsCustomScheme, allowsFragment: true }),
    ),
    ...faultsOf('web_origins', (v) => findOriginFault(v, { allowsCustomScheme })),
    ...faultsOf('allowed_origins', (v) => findOriginFault(v, { allowsCustomScheme })),
    ...patternOf(client, 'logo_uri', []),
    ...OWN_ADDRESSES.flatMap((field) => patternOf(own, field, ['sojourn'])),
    ...textsOf(own, 'request_uris').flatMap(([index, value]) => {
      const fault = findPatternFault(value);
      return fault === null ? [] : [problemAt(place, ['sojourn', 'request_uris', index], value, fault)];
    }),
  ];
}

function findSecretProblems(client: RawEntry, place: Place): Problem[] {
  const secret = textOf(client, 'client_secret');
  if (secret === null) return [];
  if (secret.length > LIMITS.secretCharacters) {
    return [
      problemAt(place, ['client_secret'], secret, `expected at most ${LIMITS.secretCharacters} characters`),
    ];
  }
  if (textOf(groupOf(client, 'jwt_configuration'), 'alg') !== 'HS256') return [];
  if (Buffer.byteLength(secret) >= LIMITS.hs256SecretBytes) return [];
  const expected = `jwt_configuration.alg HS256 needs at least ${LIMITS.hs256SecretBytes} bytes`;
  return [problemAt(place, ['client_secret'], secret, expected)];
}

function findKeyProblems(client: RawEntry, place: Place): Problem[] {
  const { jwks, jwks_uri: jwksUri } = groupOf(client, 'sojourn');
  if (jwks !== undefined && jwksUri !== undefined) {
    return [
      problemAt(place, ['sojourn', 'jwks_uri'], jwksUri, 'sojourn.jwks has the keys already: keep one'),
    ];
  }
  if (jwks === undefined) {
    if (jwksUri !== undefined) return [];
    const need = findNeedOfKeys(client);
    const expected = `${need} needs the public keys of the client`;
    return need === null ? [] : [problemAt(place, ['sojourn', 'jwks'], undefined, expected)];
  }
  const keys = groupOf(groupOf(client, 'sojourn'), 'jwks').keys;
  if (!Array.isArray(keys)) return [];
  const empty =
    keys.length === 0
      ? [problemAt(place, ['sojourn', 'jwks', 'keys'], keys, 'expected at least one key')]
      : [];
  return [
    ...empty,
    ...keys.flatMap((key, index) => {
      const path = ['sojourn', 'jwks', 'keys', index];
      if (typeof key !== 'object' || key === null) return [];
      const fault = findPublicKeyFault(key as RawEntry);
      return fault === null ? [] : [problemAt(place, path, key, KEY_FAULTS[fault])];
    }),
  ];
}

function findNeedOfKeys(client: RawEntry): string | null {
  if (textOf(client, 'token_endpoint_auth_method') === 'private_key_jwt')
    return 'token_endpoint_auth_method private_key_jwt';
  const alg = textOf(groupOf(client, 'sojourn'), 'request_object_signing_alg');
  return alg === null || alg === 'none' ? null : `request_object_signing_alg ${alg}`;
}

function findSectorProblems(client: RawEntry, place: Place): Problem[] {
  const own = groupOf(client, 'sojourn');
  if (textOf(own, 'subject_type') !== 'pairwise' || textOf(own, 'sector_identifier_uri') !== null) return [];
  if (!needsSectorIdentifier(textsOf(client, 'callbacks').map(([, url]) => url))) return [];
  const expected = 'pairwise subjects for callbacks of several hosts, or of none, need it';
  return [problemAt(place, ['sojourn', 'sector_identifier_uri'], undefined, expected)];
}

/** What a client of a profile may not be registered with. @see FAPI 2.0 Security Profile §5.3.2.1, §5.4.1 */
function findProfileProblems(client: RawEntry, place: Place): Problem[] {
  if (textOf(groupOf(client, 'sojourn'), 'profile') !== 'fapi2') return [];
  const method = textOf(client, 'token_endpoint_auth_method');
  const alg = textOf(groupOf(client, 'jwt_configuration'), 'alg');
  const grantTypes = textsOf(client, 'grant_types').map(([, type]) => type);
  return [
    ...(method === 'private_key_jwt'
      ? []
      : [
          problemAt(
            place,
            ['token_endpoint_auth_method'],
            method ?? undefined,
            'fapi2 needs private_key_jwt',
          ),
        ]),
    ...(alg === null || alg === 'ES256'
      ? []
      : [problemAt(place, ['jwt_configuration', 'alg'], alg, 'fapi2 needs ES256')]),
    ...(grantTypes.includes('implicit')
      ? [problemAt(place, ['grant_types'], client.grant_types, 'fapi2 knows no implicit grant')]
      : []),
    ...textsOf(client, 'callbacks')
      .filter(([, url]) => !/^https:/i.test(url) && textOf(client, 'app_type') !== 'native')
      .map(([index, url]) => problemAt(place, ['callbacks', index], url, 'fapi2 needs an https address')),
  ];
}

/** What is obeyed or overruled, but should be known. */
export function findClientWarnings(clients: readonly RawEntry[]): string[] {
  const shortLeeway = clients.filter((client) => {
    const leeway = groupOf(client, 'refresh_token').leeway;
    return typeof leeway === 'number' && leeway < 5;
  });
  const [first] = shortLeeway;
  const others = shortLeeway.length === 1 ? '' : ` and ${shortLeeway.length - 1} more`;
  return [
    ...(first === undefined
      ? []
      : [
          `client ${nameOf(first)}${others}: refresh_token.leeway is below 5 s, so a lost answer signs people out; 30 is Sojourn's default.`,
        ]),
    ...clients
      .filter(
        (client) =>
          isPublicEntry(client) &&
          textOf(groupOf(client, 'refresh_token'), 'rotation_type') === 'non-rotating',
      )
      .map(
        (client) =>
          `client ${nameOf(client)}: refresh_token.rotation_type is "non-rotating"; a public client's refresh tokens always rotate.`,
      ),
    ...clients
      .filter((client) => APP_TYPES_OF_AUTH0.includes(textOf(client, 'app_type') ?? ''))
      .map(
        (client) =>
          `client ${nameOf(client)}: app_type is "${textOf(client, 'app_type')}", which is not served; taken as "regular_web".`,
      ),
    ...clients.flatMap((client) => {
      const [address] = textsOf(client, 'callbacks')
        .map(([, value]) => value)
        .filter(hasOneWordScheme);
      return address === undefined
        ? []
        : [
            `client ${nameOf(client)}: any application on a device may take the scheme of ${JSON.stringify(address)} for its own; one that is a domain name in reverse, such as com.example.app:/callback, is safer.`,
          ];
    }),
  ];
}

function nameOf(client: RawEntry): string {
  return JSON.stringify(textOf(client, 'name') ?? textOf(client, 'client_id'));
}

/** Whether an entry will be a client that cannot keep a secret. */
function isPublicEntry(client: RawEntry): boolean {
  const method = textOf(client, 'token_endpoint_auth_method');
  return method === null ? ['spa', 'native'].includes(textOf(client, 'app_type') ?? '') : method === 'none';
}
