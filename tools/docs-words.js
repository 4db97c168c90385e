/**
 * What the reference says of a field beyond its schema: only where the comment above it says nothing, or too little for
 * somebody who does not read the source.
 *
 * @typedef {{ default?: string, meaning?: string }} Words
 * @typedef {{
 *   tenant: { authorizationCodeLifetimeSeconds: number },
 *   client: { appType: string, grantTypes: readonly string[], responseTypes: readonly string[] },
 *   resourceServer: { signingAlg: string, tokenLifetimeForWebSeconds: number },
 *   databaseName: string,
 * }} Defaults  Of the server's own, what is said here.
 */

/** Written by the server itself, never by a person. */
export const WRITTEN_BY_THE_SERVER = ['clients.sojourn.registration.'];

/** What stands above the tables of a section. */
export const SECTIONS = {
  tenant: 'What holds for the whole deployment.',
  branding: 'How the pages look.',
  databases: 'Where accounts with a password live.',
  resourceServers: 'APIs: what access tokens are for.',
  clients:
    'Applications. `refresh_token` says how long people stay signed in without a page: see [refresh tokens](refresh-tokens.md).',
  clientGrants: 'What an application may ask of an API by itself, with `client_credentials`.',
  users: 'Accounts. Of a field that is left out, what is stored stays.',
};

/**
 * @param {Defaults} defaults
 * @returns {Record<string, Words>} by section and path: `clients.sojourn.attach`.
 */
export function wordsFrom({ tenant, client, resourceServer, databaseName }) {
  const later = 'Read and kept; no effect yet.';
  return {
    'tenant.picture_url': { meaning: 'The logo on the pages where `branding.logo_url` is absent.' },
    'tenant.enabled_locales': {
      meaning: 'Languages of the pages; the first is for browsers that ask for none of them.',
    },
    'tenant.flags.enable_dynamic_client_registration': {
      default: 'false',
      meaning: "Auth0's switch: anybody may register a client. `sojourn.client_registration` goes before it.",
    },
    'tenant.sojourn.authorization_code_lifetime_in_seconds': {
      default: String(tenant.authorizationCodeLifetimeSeconds),
      meaning: 'How long a code may be redeemed.',
    },
    'tenant.sojourn.client_registration.mode': {
      default: '`off`',
      meaning:
        'Who may register a client at `/oidc/register` (RFC 7591): nobody, who has one of the initial access tokens, or anybody.',
    },
    'tenant.sojourn.client_registration.initial_access_tokens': {
      meaning:
        'For `token`. In clear, or `sha256:` and the SHA-256 of one in base64url. Stored as hashes only.',
    },
    'branding.logo_url': { meaning: 'At most 48 px high on the pages.' },
    'branding.colors.primary': { meaning: 'Buttons and links.' },
    'databases.name': {
      meaning: `A user's \`connection\`. Where no database is loaded there is one: \`${databaseName}\`.`,
    },
    'databases.options.disable_signup': {
      default: 'false',
      meaning: 'Whether the page for new accounts is closed.',
    },
    'resourceServers.identifier': { meaning: 'The `audience` of requests and the `aud` of tokens.' },
    'resourceServers.name': { meaning: 'What the consent page calls it.' },
    'resourceServers.scopes[].value': { meaning: 'A scope that may be asked for.' },
    'resourceServers.scopes[].description': { meaning: 'What the consent page says of it.' },
    'resourceServers.signing_alg': {
      default: `\`${resourceServer.signingAlg}\``,
      meaning: 'How its access tokens are signed.',
    },
    'resourceServers.signing_secret': {
      default: 'made once and told where needed',
      meaning: 'For HS256. Stored sealed.',
    },
    'resourceServers.token_lifetime_for_web': {
      default: `${resourceServer.tokenLifetimeForWebSeconds}, or \`token_lifetime\` where that is shorter`,
      meaning: 'The same for tokens straight from the authorization endpoint; at most `token_lifetime`.',
    },
    'resourceServers.allow_offline_access': { meaning: later },
    'resourceServers.skip_consent_for_verifiable_first_party_clients': {
      meaning: 'Whether applications with `is_first_party` get tokens for it without asking people.',
    },
    'clientGrants.audience': { meaning: 'The identifier of an API.' },
    'clientGrants.scope': { meaning: 'The most that the client gets.' },
    'clients.name': { meaning: 'What the pages call it.' },
    'clients.client_id': {
      default: 'made once and told',
      meaning: 'Without one the client is known by its name.',
    },
    'clients.client_secret': { default: 'made once and told where needed', meaning: 'Stored sealed.' },
    'clients.app_type': {
      default: `\`${client.appType}\``,
      meaning:
        '`native` may have loopback addresses with any port, and schemes of its own. Other types that exports name are taken as the default, with a warning.',
    },
    'clients.token_endpoint_auth_method': {
      meaning: '`client_secret_basic` and `client_secret_post` are taken alike for either.',
    },
    'clients.grant_types': {
      default: listed(client.grantTypes),
      meaning:
        'What the client may use. `implicit` opens every response type with tokens. `refresh_token` is what `offline_access` needs.',
    },
    'clients.callbacks': { meaning: 'Where answers may go: compared as exact strings.' },
    'clients.allowed_logout_urls': {
      meaning:
        'Where people may be sent after signing out. `/oidc/logout` compares the whole address, `/v2/logout` without query and fragment, as Auth0 does.',
    },
    'clients.web_origins': {
      meaning: 'Origins whose pages may receive a `web_message` and send a token request.',
    },
    'clients.allowed_origins': { meaning: 'Origins whose pages may ask userinfo, beside `web_origins`.' },
    'clients.initiate_login_uri': {
      meaning:
        'Where a sign-in at the application begins: people are led there from pages that lost their way.',
    },
    'clients.is_first_party': {
      default: 'true',
      meaning: 'Yours: no consent page for APIs that skip it.',
    },
    'clients.oidc_conformant': { meaning: later },
    'clients.logo_uri': { meaning: 'Shown on the pages; fetched by the server, not by the browser.' },
    'clients.refresh_token.expiration_type': { meaning: 'Whether it ends by itself.' },
    'clients.refresh_token.infinite_token_lifetime': {
      default: 'false',
      meaning: 'No end from the sign-in.',
    },
    'clients.refresh_token.infinite_idle_token_lifetime': {
      default: 'false',
      meaning: 'No end without use.',
    },
    'clients.sojourn.response_types': {
      default: listed(client.responseTypes),
      meaning: 'What it may ask `/authorize` for.',
    },
    'clients.sojourn.attach': {
      meaning:
        'Leaves an [attachment](../decisions/0004-attachments.md), so that silent authentication works where third-party cookies are blocked.',
    },
    'clients.sojourn.jwks.keys': {
      meaning: 'Public keys for `private_key_jwt` and request objects, as a JWK Set.',
    },
    'clients.sojourn.jwks_uri': {
      meaning:
        'Where the client publishes them instead. Fetched again when a key is not known, at most every 10 seconds; held for at most 10 minutes.',
    },
    'clients.sojourn.sector_identifier_uri': {
      meaning: 'Its host is the sector; else the host of the callbacks is. Needed where they have several.',
    },
    'clients.sojourn.policy_uri': { meaning: 'A link on the pages for sign-in, sign-up and consent.' },
    'clients.sojourn.tos_uri': { meaning: 'The same.' },
    'clients.sojourn.client_uri': { meaning: 'Kept for people.' },
    'clients.sojourn.contacts': { meaning: 'Kept for people.' },
    'users.connection': { meaning: 'The database that the account is in.' },
    'users.email': { meaning: 'What people sign in with. An account has this, a username or both.' },
    'users.email_verified': { default: 'false', meaning: 'The claim of that name.' },
    'users.username': { meaning: 'What people sign in with instead.' },
    'users.password_hash': {
      meaning: 'Instead of `password`: bcrypt (`$2b$…`) or argon2 (`$argon2id$…`), as exported elsewhere.',
    },
    'users.user_metadata': { meaning: 'Yours; kept as it stands, part of no token.' },
    'users.app_metadata': { meaning: 'The same.' },
    'users.blocked': {
      meaning: 'Nobody signs in to it; `true` ends its sessions.',
    },
  };
}

/** @param {readonly string[]} values */
function listed(values) {
  return values.map((value) => `\`${value}\``).join(', ');
}

/** The standard claims of OpenID Connect Core §5.1, which explain themselves. */
export const STANDARD_CLAIM = 'A standard claim.';
