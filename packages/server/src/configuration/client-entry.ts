import { z } from 'zod';
import { PUBLIC_KEY_ALGS, REQUEST_OBJECT_ALGS, SECRET_ALGS } from '../client/client-assertion.js';
import { DEFAULTS, LIMITS } from './defaults.js';
import { flag, group, judged, listOf, metadata, oneOf, seconds, text } from './field.js';
import { findRedirectUrlFault, findRequestUriFault, findWebUrlFault } from './registered-url.js';

const APP_TYPES = ['spa', 'native', 'regular_web', 'non_interactive'] as const;

/** Kinds of application that exports may name and that are served as `regular_web`, with a warning. */
export const APP_TYPES_OF_AUTH0: readonly string[] = [
  'resource_server',
  'express_configuration',
  'sso_integration',
  'oag',
  ...'rms box cloudbees concur dropbox mscrm echosign egnyte newrelic office365 salesforce'.split(' '),
  ...'sentry sharepoint slack springcm zendesk zoom'.split(' '),
];

const ASSERTION_ALGS = [...PUBLIC_KEY_ALGS, ...SECRET_ALGS];

/** The algorithms that ID tokens may be asked to be signed with. */
export const SIGNING_ALGS = ['ES256', 'RS256', 'HS256'] as const;

const expectedAppType = `expected one of ${APP_TYPES.join(', ')}`;

const clientId = z
  .string({ error: 'expected 1 to 255 printable ASCII characters without spaces' })
  .regex(/^[\x21-\x7e]{1,255}$/, 'expected 1 to 255 printable ASCII characters without spaces');

const RESPONSE_TYPES = [
  'code',
  'id_token',
  'token',
  'code id_token',
  'code token',
  'id_token token',
  'code id_token token',
];

/** A response type with its words in alphabetical order, the form in which it is compared. @see RFC 6749 §3.1.1 */
export const responseType = z
  .string({ error: `expected one of ${RESPONSE_TYPES.join(', ')}` })
  .transform((value) => value.trim().split(/ +/).sort().join(' '))
  .refine((value) => RESPONSE_TYPES.includes(value), `expected one of ${RESPONSE_TYPES.join(', ')}`);

const expectedFingerprint = 'expected the SHA-256 of a certificate, such as 14:6D:E9:… with 32 pairs';

function appIdentifier() {
  const expected = 'expected a name such as com.example.app';
  return z
    .string({ error: expected })
    .regex(/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+$/, expected)
    .max(255, expected);
}

/** Auth0's `refresh_token` block. */
const refreshToken = group({
  /** Default `rotating`. `non-rotating` is for confidential clients only: a public client's tokens always rotate. */
  rotation_type: oneOf(['rotating', 'non-rotating']).optional(),
  /** Default `expiring`. */
  expiration_type: oneOf(['expiring', 'non-expiring']).optional(),
  /** The overlap: how long a refresh token may be used again after it rotated. Default 30, at most 60. */
  leeway: seconds(LIMITS.leewaySeconds, 0).optional(),
  /** From the sign-in, however often it rotates. Default 2592000 (30 days). */
  token_lifetime: seconds(LIMITS.refreshTokenLifetimeSeconds).optional(),
  /** Without use. Default 1296000 (15 days). */
  idle_token_lifetime: seconds(LIMITS.refreshTokenLifetimeSeconds).optional(),
  infinite_token_lifetime: flag().optional(),
  infinite_idle_token_lifetime: flag().optional(),
  sojourn: group({
    /** What of its session a refresh token survives. Default `expiry`. */
    outlives: oneOf(['expiry', 'end', 'nothing']).optional(),
  }).optional(),
});

/** An application, as Auth0's `clients` names it. Checks that need several fields are in `tenant-file-checks.ts`. */
export const clientEntry = group({
  name: text().optional(),
  /** Made once and told where it is missing and no stored client has the name. */
  client_id: clientId.optional(),
  /** Made once and told where it is missing and needed. */
  client_secret: z.string({ error: 'expected a text' }).min(1, 'expected 1 to 1024 characters').optional(),
  /** Default `regular_web`. */
  app_type: z
    .string({ error: expectedAppType })
    .refine((value) => [...APP_TYPES, ...APP_TYPES_OF_AUTH0].includes(value), expectedAppType)
    .transform((value) => APP_TYPES.find((known) => known === value) ?? DEFAULTS.client.appType)
    .optional(),
  /** Default `none` for spa and native, `client_secret_post` for the others. */
  token_endpoint_auth_method: oneOf([
    'none',
    'client_secret_basic',
    'client_secret_post',
    'client_secret_jwt',
    'private_key_jwt',
  ]).optional(),
  /** Default authorization_code and refresh_token. */
  grant_types: listOf(
    z
      .string({ error: 'expected a grant type such as authorization_code' })
      .regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,255}$/, 'expected a grant type such as authorization_code'),
    50,
  ).optional(),
  // The addresses' own rules depend on app_type: tenant-file-checks.ts.
  callbacks: listOf(z.string({ error: 'expected an address' })).optional(),
  allowed_logout_urls: listOf(z.string({ error: 'expected an address' })).optional(),
  /** Origins that may receive a `web_message`, and send token requests from a browser with an attachment. */
  web_origins: listOf(z.string({ error: 'expected an origin' })).optional(),
  /** Origins that may send token requests from a browser; for a spa those of its callbacks may as well. */
  allowed_origins: listOf(z.string({ error: 'expected an origin' })).optional(),
  initiate_login_uri: judged((value) =>
    findRedirectUrlFault(value, { allowsCustomScheme: false, allowsFragment: true }),
  ).optional(),
  /** Whether its authorization requests must be pushed (RFC 9126). Default false. */
  require_pushed_authorization_requests: flag().optional(),
  /** Default true: no consent page for APIs that skip it. */
  is_first_party: flag().optional(),
  /** Default true. */
  oidc_conformant: flag().optional(),
  jwt_configuration: group({
    /** How its ID tokens are signed. Default RS256. */
    alg: oneOf(SIGNING_ALGS).optional(),
    /** How long its ID tokens live. Default 36000. */
    lifetime_in_seconds: seconds(LIMITS.idTokenLifetimeSeconds).optional(),
  }).optional(),
  refresh_token: refreshToken.optional(),
  /** The application on devices that may open links to this server, its https callbacks among them. */
  mobile: group({
    /** Told to Android at `/.well-known/assetlinks.json`. */
    android: group({
      /** Its package, such as `com.example.app`. */
      app_package_name: appIdentifier().optional(),
      /** Of the certificates it may be signed with, each as 32 pairs of hexadecimal digits with colons. */
      sha256_cert_fingerprints: listOf(
        z
          .string({ error: expectedFingerprint })
          .regex(/^[0-9A-F]{2}(:[0-9A-F]{2}){31}$/i, expectedFingerprint),
        50,
      ).optional(),
    }).optional(),
    /** Told to Apple's systems at `/.well-known/apple-app-site-association`. */
    ios: group({
      /** Of the team that signs it: 10 capital letters and digits. */
      team_id: z
        .string({ error: 'expected 10 capital letters and digits' })
        .regex(/^[A-Z0-9]{10}$/, 'expected 10 capital letters and digits')
        .optional(),
      /** Its bundle, such as `com.example.App`. */
      app_bundle_identifier: appIdentifier().optional(),
    }).optional(),
  }).optional(),
  logo_uri: judged(findWebUrlFault).optional(),
  sojourn: group({
    /**
     * `fapi2` holds the client to the FAPI 2.0 Security Profile: `private_key_jwt` with PS256, ES256 or EdDSA, addressed to the
     * issuer alone; pushed requests with PKCE, for a code of at most 60 s and nothing else; every token bound to a DPoP
     * key; refresh tokens that do not rotate; ID tokens by ES256. Default: none.
     */
    profile: oneOf(['fapi2']).optional(),
    /** Default code. */
    response_types: listOf(responseType, 10).optional(),
    /** A disabled client is unknown everywhere, and what it had been given has ended. Default false. */
    disabled: flag().optional(),
    /**
     * What stands in its ID tokens: the claims of the scopes, as Auth0's SDKs want them, or `requested`: those of the
     * `claims` parameter alone, and the others at userinfo. Default `scopes`; `requested` for clients that registered
     * themselves.
     */
    id_token_claims: oneOf(['scopes', 'requested']).optional(),
    /** Whether a code exchange made by a browser leaves an attachment cookie behind. Default false. */
    attach: flag().optional(),
    /** Public keys for `private_key_jwt` and request objects, RFC 7517. */
    jwks: group({ keys: listOf(metadata(), 20) }).optional(),
    /** Where the client publishes them instead: fetched as needed, by the rules of the outbound guard. */
    jwks_uri: judged(findWebUrlFault).optional(),
    /** The only algorithm that its assertions may be signed with. Default: any that fits its keys. */
    token_endpoint_auth_signing_alg: z
      .enum(ASSERTION_ALGS, { error: `expected one of ${ASSERTION_ALGS.join(', ')}` })
      .optional(),
    /**
     * Whom `aud` of its assertions may name. Default `server`: the issuer, the token endpoint or the one of pushed
     * requests, alone or in a list. `issuer`: the issuer alone, as one text.
     */
    assertion_audience: oneOf(['server', 'issuer']).optional(),
    /**
     * The https addresses of its request objects, which requests may name by `request_uri` (OIDC Core §6.2), a fragment
     * included. To an address registered without one, a request may add the base64url SHA-256 of what is there, and then
     * it has to be. Default: none.
     */
    request_uris: listOf(judged(findRequestUriFault), 10).optional(),
    /**
     * The only algorithm that its request objects may be signed with, `none` included. Default: any that fits its keys,
     * or none.
     */
    request_object_signing_alg: z
      .enum(REQUEST_OBJECT_ALGS, { error: `expected one of ${REQUEST_OBJECT_ALGS.join(', ')}` })
      .optional(),
    /** Userinfo answers with a JWT, signed so. Default: plain JSON. */
    userinfo_signed_response_alg: oneOf(['ES256', 'RS256']).optional(),
    /** `pairwise`: another `sub` for each sector, so that applications cannot compare. Default `public`. */
    subject_type: oneOf(['public', 'pairwise']).optional(),
    /** Its host is the sector. Needed where callbacks have several hosts. */
    sector_identifier_uri: judged(findWebUrlFault).optional(),
    /** `max_age` of requests that have none. */
    default_max_age: seconds(LIMITS.sessionLifetimeSeconds, 0).optional(),
    /** Every ID token has `auth_time`, whatever this says. */
    require_auth_time: flag().optional(),
    /** Links on the pages that ask people for something. */
    policy_uri: judged(findWebUrlFault).optional(),
    tos_uri: judged(findWebUrlFault).optional(),
    client_uri: judged(findWebUrlFault).optional(),
    contacts: listOf(text(254), 10).optional(),
    /** Of clients that registered themselves; written by the server. */
    registration: group({
      access_token_hash: z
        .string({ error: 'expected a SHA-256' })
        .regex(/^[A-Za-z0-9_-]{43}$/, 'expected a SHA-256'),
      /** Milliseconds since 1970. */
      registered_at: z.int({ error: 'expected a moment' }),
    }).optional(),
    /** The API identifier this client may introspect tokens for. */
    resource_server: text(600).optional(),
  }).optional(),
});
/** When everything that a client had been given was ended, milliseconds. */
export const clientEnd = group({ ended_at: z.int() });

/** A client as a tenant file says it, every field read. */
export type ClientEntry = z.output<typeof clientEntry>;
