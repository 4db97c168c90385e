import { z } from 'zod';
import { PUBLIC_KEY_ALGS, REQUEST_OBJECT_ALGS, SECRET_ALGS } from '../client/client-assertion.js';
import { findPublicKeyFault } from '../client/public-key.js';
import { type ClientEntry, responseType, SIGNING_ALGS } from '../configuration/client-entry.js';
import { LIMITS } from '../configuration/defaults.js';
import { flag, judged, listOf, metadata, oneOf, seconds, text } from '../configuration/field.js';
import { parsePlainValue } from '../configuration/plain-value.js';
import {
  findPatternFault,
  findRedirectUrlFault,
  findRequestUriFault,
  findWebUrlFault,
  needsSectorIdentifier,
} from '../configuration/registered-url.js';
import type { OutboundPurpose } from '../outbound/target.js';

/** What a request asks to be registered, in the names that the store uses. Ids and secrets are not among it. */
export type RequestedClient = Omit<ClientEntry, 'client_id' | 'client_secret'> & {
  readonly app_type: 'native' | 'regular_web' | 'spa';
  readonly callbacks: readonly string[];
  readonly token_endpoint_auth_method: NonNullable<ClientEntry['token_endpoint_auth_method']>;
  readonly sojourn: NonNullable<ClientEntry['sojourn']>;
};

/** @see RFC 7591 §3.2.2 */
export interface RegistrationRefusal {
  readonly error: 'invalid_redirect_uri' | 'invalid_client_metadata';
  readonly description: string;
}

/** What a client that registers itself asks to be, or why it may not be that. @see RFC 7591 §3.2.2 */
export type ParsedClientMetadata =
  | { readonly ok: true; readonly client: RequestedClient }
  | { readonly ok: false; readonly refusal: RegistrationRefusal };

const GRANT_TYPES = ['authorization_code', 'implicit', 'refresh_token'] as const;
const LOCAL = /^(?:localhost|.*\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

const webAddress = () => judged((value) => findPatternFault(value) ?? findWebUrlFault(value));
const addresses = () => listOf(z.string({ error: 'expected an address' }).max(2_048, 'too long'), 50);

/** RFC 7591 §2 and OIDC Dynamic Client Registration 1.0 §2, as far as it means something here. The rest is not read. */
const clientMetadata = z.object({
  redirect_uris: addresses(),
  response_types: listOf(responseType, 10).min(1, 'expected at least one').optional(),
  grant_types: listOf(oneOf(GRANT_TYPES), 10).optional(),
  application_type: oneOf(['web', 'native']).optional(),
  contacts: listOf(text(254), 10).optional(),
  client_name: text().optional(),
  logo_uri: webAddress().optional(),
  client_uri: webAddress().optional(),
  policy_uri: webAddress().optional(),
  tos_uri: webAddress().optional(),
  jwks_uri: webAddress().optional(),
  jwks: z
    .object({ keys: listOf(metadata(), 20).min(1, 'expected at least one') }, { error: 'expected a key set' })
    .optional(),
  sector_identifier_uri: webAddress().optional(),
  subject_type: oneOf(['public', 'pairwise']).optional(),
  id_token_signed_response_alg: oneOf(SIGNING_ALGS).optional(),
  userinfo_signed_response_alg: oneOf(['ES256', 'RS256']).optional(),
  token_endpoint_auth_method: oneOf([
    'none',
    'client_secret_basic',
    'client_secret_post',
    'client_secret_jwt',
    'private_key_jwt',
  ]).optional(),
  token_endpoint_auth_signing_alg: z
    .enum([...PUBLIC_KEY_ALGS, ...SECRET_ALGS], { error: 'expected a supported algorithm' })
    .optional(),
  request_uris: listOf(
    judged((value) => findPatternFault(value) ?? findRequestUriFault(value)),
    10,
  ).optional(),
  request_object_signing_alg: z
    .enum(REQUEST_OBJECT_ALGS, { error: 'expected a supported algorithm' })
    .optional(),
  require_pushed_authorization_requests: flag().optional(),
  default_max_age: seconds(LIMITS.sessionLifetimeSeconds, 0).optional(),
  require_auth_time: flag().optional(),
  initiate_login_uri: judged(findInitiationFault).optional(),
  post_logout_redirect_uris: addresses().optional(),
});
type ClientMetadata = z.output<typeof clientMetadata>;

/** OIDC Core §4: "The login initiation URI [...] MUST be an HTTPS URL." On this machine plain http is as good, as for callbacks. */
function findInitiationFault(value: string): string | null {
  return findRedirectUrlFault(value, { allowsCustomScheme: false, allowsFragment: true });
}

/**
 * Reads what a client says of itself. Members that nobody here understands are ignored, as RFC 7591 §2 asks.
 *
 * @param value The request's body as JSON.
 * @param mayCall Whether the outbound guard would call an address: one that it never will is refused at once.
 * @returns The client in stored names, or the first mistake. Does not look behind `sector_identifier_uri`.
 * @see RFC 7591 §2, §3.2.2 · OIDC Dynamic Client Registration 1.0 §2 · security.md 10, 87
 */
export function parseClientMetadata(
  value: unknown,
  mayCall: (purpose: OutboundPurpose, url: string) => boolean,
): ParsedClientMetadata {
  const plain = parsePlainValue(value);
  const [polluting] = plain.problems;
  if (polluting !== undefined) return refused(polluting.path, 'no such member may be here');
  const parsed = clientMetadata.safeParse(plain.value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return refused(String(issue?.path[0] ?? 'the body'), issue?.message ?? 'expected an object');
  }
  const { data } = parsed;
  const fault =
    findAddressFault(data) ?? findOutboundFault(data, mayCall) ?? findKeyFault(data) ?? findTypeFault(data);
  return fault === null ? { ok: true, client: buildRequestedClient(data) } : refused(fault[0], fault[1]);
}

type Fault = readonly [member: keyof ClientMetadata, expected: string];

/** The message without what it repeats of the request. @see security.md 88 */
function refused(member: string, message: string): ParsedClientMetadata {
  const [words = ''] = message.split(/: write |"/);
  return {
    ok: false,
    refusal: {
      error: member === 'redirect_uris' ? 'invalid_redirect_uri' : 'invalid_client_metadata',
      description: `${member}: ${words.trim()}.`,
    },
  };
}

function findAddressFault(data: ClientMetadata): Fault | null {
  const isNative = data.application_type === 'native';
  if (data.redirect_uris.length === 0) return ['redirect_uris', 'expected at least one address'];
  for (const uri of data.redirect_uris) {
    const fault = findRedirectUrlFault(uri, {
      allowsCustomScheme: isNative && 'with-a-dot',
      allowsFragment: false,
    });
    if (fault !== null) return ['redirect_uris', fault];
    // "Web Clients using the OAuth Implicit Grant Type MUST only register URLs using the https scheme [...]; they MUST
    // NOT use localhost as the hostname."
    const { protocol, hostname } = new URL(uri);
    if (!isNative && givesTokens(data) && (protocol !== 'https:' || LOCAL.test(hostname)))
      return ['redirect_uris', 'tokens straight from the authorization endpoint need an https address'];
  }
  for (const uri of data.post_logout_redirect_uris ?? []) {
    const fault = findRedirectUrlFault(uri, {
      allowsCustomScheme: isNative && 'with-a-dot',
      allowsFragment: true,
    });
    if (fault !== null) return ['post_logout_redirect_uris', fault];
  }
  return null;
}

const PUBLIC_ADDRESS = 'expected an https address of the public Internet';

/** Links are held to what the guard would call as well: nobody who registers leads people into our network. */
function findOutboundFault(
  data: ClientMetadata,
  mayCall: (purpose: OutboundPurpose, url: string) => boolean,
): Fault | null {
  const purposes = {
    jwks_uri: 'jwks',
    sector_identifier_uri: 'sector',
    logo_uri: 'logo',
    client_uri: 'logo',
    policy_uri: 'logo',
    tos_uri: 'logo',
  } as const;
  for (const member of Object.keys(purposes) as (keyof typeof purposes)[]) {
    const url = data[member];
    if (url !== undefined && !mayCall(purposes[member], url)) return [member, PUBLIC_ADDRESS];
  }
  const isCallable = (data.request_uris ?? []).every((url) => mayCall('request_uri', url));
  return isCallable ? null : ['request_uris', PUBLIC_ADDRESS];
}

function findKeyFault(data: ClientMetadata): Fault | null {
  const { jwks, jwks_uri: jwksUri, token_endpoint_auth_signing_alg: alg } = data;
  const method = authMethodOf(data);
  if (jwks !== undefined && jwksUri !== undefined) return ['jwks', 'jwks and jwks_uri do not go together'];
  const isFaulty = jwks?.keys.some((key) => findPublicKeyFault(key) !== null) ?? false;
  if (isFaulty) return ['jwks', 'expected public keys only: EC, OKP, or RSA of 2048 to 8192 bits'];
  if (method === 'private_key_jwt' && jwks === undefined && jwksUri === undefined)
    return ['token_endpoint_auth_method', 'private_key_jwt needs jwks or jwks_uri'];
  const { request_object_signing_alg: requestAlg = 'none' } = data;
  if (requestAlg !== 'none' && jwks === undefined && jwksUri === undefined)
    return ['request_object_signing_alg', 'signed request objects need jwks or jwks_uri'];
  if (alg !== undefined) {
    const fits =
      (method === 'private_key_jwt' && PUBLIC_KEY_ALGS.includes(alg)) ||
      (method === 'client_secret_jwt' && SECRET_ALGS.includes(alg));
    if (!fits) return ['token_endpoint_auth_signing_alg', 'does not go with token_endpoint_auth_method'];
  }
  if (data.id_token_signed_response_alg === 'HS256' && !method.startsWith('client_secret'))
    return ['id_token_signed_response_alg', 'HS256 needs a client with a secret'];
  return null;
}

/** @see RFC 7591 §2.1 the relationship between grant types and response types */
function findTypeFault(data: ClientMetadata): Fault | null {
  const grantTypes = data.grant_types;
  const needsCode = responseTypesOf(data).some((type) => type.split(' ').includes('code'));
  if (grantTypes !== undefined) {
    if (needsCode && !grantTypes.includes('authorization_code'))
      return ['grant_types', 'response_types with code need authorization_code'];
    if (givesTokens(data) && !grantTypes.includes('implicit'))
      return ['grant_types', 'response_types with token or id_token need implicit'];
  }
  const isPairwise = data.subject_type === 'pairwise';
  if (isPairwise && data.sector_identifier_uri === undefined && needsSectorIdentifier(data.redirect_uris))
    return ['sector_identifier_uri', 'redirect_uris of several hosts, or of none, need it'];
  return null;
}

function buildRequestedClient(data: ClientMetadata): RequestedClient {
  const method = authMethodOf(data);
  const responseTypes = responseTypesOf(data);
  const needsCode = responseTypes.some((type) => type.split(' ').includes('code'));
  const grantTypes = data.grant_types ?? (needsCode ? ['authorization_code' as const] : []);
  return {
    ...(data.client_name !== undefined && { name: data.client_name }),
    app_type: data.application_type === 'native' ? 'native' : method === 'none' ? 'spa' : 'regular_web',
    token_endpoint_auth_method: method,
    // `implicit` would open every response type with tokens (design.md 13); response_types name those that are meant.
    grant_types: grantTypes.filter((type) => type !== 'implicit'),
    callbacks: [...new Set(data.redirect_uris)],
    allowed_logout_urls: [...new Set(data.post_logout_redirect_uris ?? [])],
    is_first_party: false,
    oidc_conformant: true,
    ...(data.id_token_signed_response_alg !== undefined && {
      jwt_configuration: { alg: data.id_token_signed_response_alg },
    }),
    ...pick(data, ['logo_uri', 'initiate_login_uri', 'require_pushed_authorization_requests']),
    sojourn: {
      response_types: responseTypes,
      ...pick(data, [
        'jwks',
        'jwks_uri',
        'token_endpoint_auth_signing_alg',
        'request_uris',
        'request_object_signing_alg',
        'userinfo_signed_response_alg',
        'subject_type',
        'sector_identifier_uri',
        'default_max_age',
        'require_auth_time',
        'policy_uri',
        'tos_uri',
        'client_uri',
        'contacts',
      ]),
    },
  };
}

/** RFC 7591 §2: "If unspecified or omitted, the default is client_secret_basic". */
function authMethodOf(data: ClientMetadata): RequestedClient['token_endpoint_auth_method'] {
  return data.token_endpoint_auth_method ?? 'client_secret_basic';
}

function responseTypesOf({ response_types: responseTypes = ['code'] }: ClientMetadata): string[] {
  return [...new Set(responseTypes)];
}

function givesTokens(data: ClientMetadata): boolean {
  return responseTypesOf(data).some((type) => type !== 'code');
}

type Present<T, Name extends keyof T> = { [Key in Name]?: Exclude<T[Key], undefined> };

/** The members that are there: absent ones stay absent in the store. */
function pick<T extends object, Name extends keyof T>(from: T, names: readonly Name[]): Present<T, Name> {
  const present = names.filter((name) => from[name] !== undefined).map((name) => [name, from[name]]);
  return Object.fromEntries(present) as Present<T, Name>;
}
