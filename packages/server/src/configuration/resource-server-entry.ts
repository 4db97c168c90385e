import { z } from 'zod';
import { SIGNING_ALGS } from './client-entry.js';
import { LIMITS } from './defaults.js';
import { flag, group, listOf, oneOf, scopeName, seconds, text } from './field.js';

/** Any text without spaces: it is a value of `aud` and of the `audience` parameter, often an address. */
const identifier = z
  .string({ error: 'expected 1 to 600 characters without spaces' })
  .regex(/^[^\s\p{Cc}]{1,600}$/u, 'expected 1 to 600 characters without spaces');

/** Auth0's; those with `_authz` would put `permissions` of roles into tokens. */
export const TOKEN_DIALECTS = [
  'access_token',
  'access_token_authz',
  'rfc9068_profile',
  'rfc9068_profile_authz',
] as const;

/** An API, as Auth0's `resource-servers` names it. */
export const resourceServerEntry = group({
  identifier,
  /** Default: the identifier. */
  name: text(600).optional(),
  scopes: listOf(
    group({ value: scopeName(), description: z.string({ error: 'expected a text' }).max(1_000).optional() }),
    5_000,
  ).optional(),
  /** Default RS256. */
  signing_alg: oneOf(SIGNING_ALGS).optional(),
  /** For HS256, at least 32 bytes. Made once and told where it is missing. */
  signing_secret: z
    .string({ error: 'expected a text' })
    .refine(
      (value) => Buffer.byteLength(value) >= LIMITS.hs256SecretBytes,
      `HS256 needs at least ${LIMITS.hs256SecretBytes} bytes`,
    )
    .optional(),
  /**
   * The form of its access tokens: `access_token` has `typ: JWT`, which every verifier takes, `rfc9068_profile` has
   * `at+jwt`; the claims are the same. With `_authz` behind it, either is taken without. Default access_token.
   */
  token_dialect: oneOf(TOKEN_DIALECTS).optional(),
  /** How long its access tokens live. Default 86400, at most 2592000. */
  token_lifetime: seconds(LIMITS.tokenLifetimeSeconds).optional(),
  /** The same for tokens straight from the authorization endpoint. Default 7200, at most 86400 and `token_lifetime`. */
  token_lifetime_for_web: seconds(LIMITS.tokenLifetimeForWebSeconds).optional(),
  /** Default false. */
  allow_offline_access: flag().optional(),
  /** Default true. */
  skip_consent_for_verifiable_first_party_clients: flag().optional(),
});

/** An API as a tenant file says it, every field read. */
export type ResourceServerEntry = z.output<typeof resourceServerEntry>;

/** What a client may ask of an API by `client_credentials`. */
export const clientGrantEntry = group({
  /** A `client_id`, or a client's name as Auth0's exports write it. */
  client_id: text(),
  audience: identifier,
  scope: listOf(scopeName(), 5_000).optional(),
});

/** A client grant as a tenant file says it, every field read. */
export type ClientGrantEntry = z.output<typeof clientGrantEntry>;
