import { hash } from 'node:crypto';
import { z } from 'zod';
import { LIMITS } from './defaults.js';
import { flag, group, hours, judged, listOf, oneOf, seconds, text } from './field.js';
import { findRedirectUrlFault, findWebUrlFault } from './registered-url.js';

const mostHours = LIMITS.sessionLifetimeSeconds / 3_600;
const EXPECTED_TOKEN = 'expected a random text of 32 to 255 letters, digits and .-_~+/';
const EXPECTED_CLIENTS = `expected a whole number of clients from 1 to ${LIMITS.registeredClients}`;
const webAddress = (value: string) =>
  findRedirectUrlFault(value, { allowsCustomScheme: false, allowsFragment: true });

const initialAccessToken = z
  .string({ error: EXPECTED_TOKEN })
  .regex(/^(?:sha256:[A-Za-z0-9_-]{43}|[A-Za-z0-9._~+/-]{32,255}=*)$/, EXPECTED_TOKEN)
  // Long enough that its hash gives nothing away; the store never holds the token itself.
  .transform((token) =>
    token.startsWith('sha256:') ? token : `sha256:${hash('sha256', token, 'base64url')}`,
  );

const clientRegistration = group({
  /** `off`, `token`: with one of the initial access tokens, `open`: anybody. */
  mode: oneOf(['off', 'token', 'open']),
  /** Random texts of 32 characters or more, or `sha256:` and the SHA-256 of one in base64url. */
  initial_access_tokens: listOf(initialAccessToken, 100).optional(),
  /** How many clients may have registered themselves at one time. Default 1000. */
  most_clients: z
    .int({ error: EXPECTED_CLIENTS })
    .min(1, EXPECTED_CLIENTS)
    .max(LIMITS.registeredClients, EXPECTED_CLIENTS)
    .optional(),
  /** How long a client stays that registered itself and to which nothing was ever issued. Default 604800: 7 days. */
  unused_lifetime_in_seconds: seconds(LIMITS.unusedClientLifetimeSeconds).optional(),
}).refine(({ mode, initial_access_tokens }) => mode !== 'token' || (initial_access_tokens ?? []).length > 0, {
  path: ['initial_access_tokens'],
  message: 'mode token needs at least one',
});

/** Tenant-wide settings, as Auth0's `tenants/settings` names them. */
export const tenantEntry = group({
  /** What pages call this deployment. Default `Sojourn`. */
  friendly_name: text().optional(),
  picture_url: judged(findWebUrlFault).optional(),
  /** The API that an authorization request without `audience` asks for. */
  default_audience: text(600).optional(),
  /** Languages offered, first the default. Default all there are: `en`, `de`, `es`, `fr`, `ja`. */
  enabled_locales: listOf(
    z
      .string({ error: 'expected a language tag such as en or pt-BR' })
      .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/, 'expected a language tag such as en or pt-BR'),
  ).optional(),
  /** Where any client may send people after signing out. */
  allowed_logout_urls: listOf(judged(webAddress)).optional(),
  /** Hours until a sign-in is required again, whatever happens. Default 720, at most 8760. */
  session_lifetime: hours(mostHours).optional(),
  /** Hours without activity after which nobody is signed in silently. Default 72, at most 8760. */
  idle_session_lifetime: hours(mostHours).optional(),
  flags: group({
    /** Auth0's switch: anybody may register a client. */
    enable_dynamic_client_registration: flag().optional(),
  }).optional(),
  sojourn: group({
    /** Instead of `session_lifetime`. */
    session_lifetime_in_seconds: seconds(LIMITS.sessionLifetimeSeconds).optional(),
    /** Instead of `idle_session_lifetime`. */
    idle_session_lifetime_in_seconds: seconds(LIMITS.sessionLifetimeSeconds).optional(),
    /** Default 60, at most 600: RFC 6749 §4.1.2 recommends ten minutes at most. */
    authorization_code_lifetime_in_seconds: seconds(LIMITS.authorizationCodeLifetimeSeconds).optional(),
    /** How long a pushed request waits for its browser. Default 60, under 600 (FAPI 2.0 §5.3.2.2). */
    pushed_request_lifetime_in_seconds: seconds(LIMITS.pushedRequestLifetimeSeconds).optional(),
    /** How long a sign-in that was begun may be finished. Default 1800. */
    transaction_lifetime_in_seconds: seconds(LIMITS.transactionLifetimeSeconds).optional(),
    /** Days that the record is kept. Default 30. */
    log_retention_in_days: z
      .int({ error: `expected a whole number of days from 1 to ${LIMITS.logRetentionDays}` })
      .min(1, `expected a whole number of days from 1 to ${LIMITS.logRetentionDays}`)
      .max(LIMITS.logRetentionDays, `expected a whole number of days from 1 to ${LIMITS.logRetentionDays}`)
      .optional(),
    /** Who may register a client by themselves (RFC 7591). Default: nobody. Goes before Auth0's flag. */
    client_registration: clientRegistration.optional(),
    /** Whether a silent answer moves the idle clock where the SDK does not say if the End-User was active. Default true. */
    silent_counts_as_activity: flag().optional(),
    /** Whether a refresh token's retry within the overlap, from another agent or network, counts as replay. Default false. */
    overlap_elsewhere_is_replay: flag().optional(),
    /** Whether the replay of a refresh token ends its session, and not its family alone. Default false. */
    refresh_token_replay_ends_session: flag().optional(),
  }).optional(),
});

/** The tenant's settings as a file says them, every field read. */
export type TenantEntry = z.output<typeof tenantEntry>;

/** How pages look, as Auth0's `branding` names it. */
export const brandingEntry = group({
  logo_url: judged(findWebUrlFault).optional(),
  colors: group({
    /** `#rrggbb`. Default: Sojourn's own accent. */
    primary: z
      .string({ error: 'expected a colour such as #1f6f5c' })
      .regex(/^#[0-9a-fA-F]{6}$/, 'expected a colour such as #1f6f5c')
      .optional(),
  }).optional(),
});

/** The branding as a tenant file says it, every field read. */
export type BrandingEntry = z.output<typeof brandingEntry>;

/** A place where users with passwords live: a connection of strategy `auth0`. */
export const databaseEntry = group({
  name: z
    .string({ error: 'expected a name of letters, digits and hyphens' })
    .regex(
      /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,126}[A-Za-z0-9])?$/,
      'expected a name of letters, digits and hyphens',
    ),
  options: group({
    /** Whether people may create accounts for themselves: they may unless this is true. */
    disable_signup: flag().optional(),
  }).optional(),
});

/** A database connection as a tenant file says it, every field read. */
export type DatabaseEntry = z.output<typeof databaseEntry>;
