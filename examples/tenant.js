/** The API's identifier: a name, not an address. Tokens for it carry it as `aud`. */
export const AUDIENCE = 'https://api.harbour.example/';

export const SCOPE = 'read:harbour';

export const CLIENT_IDS = {
  shop: 'harbour-shop',
  docs: 'harbour-docs',
  desk: 'harbour-desk',
  classic: 'harbour-classic',
};

export const DEMO_USER = {
  email: 'mira@harbour.example',
  name: 'Mira Lind',
  password: 'harbour-lights-42',
};

const DAY_SECONDS = 86_400;

/** How long a visitor stays signed in: `idle` without any use, `absolute` at most. Hours. */
export const SESSION_HOURS = { idle: 24, absolute: 72 };

/**
 * Short, so that a visitor sees a renewal within a minute. Not shorter: auth0-spa-js calls a token with less
 * than 60 seconds left expired. Seconds.
 */
const TOKEN_LIFETIME_SECONDS = 90;

/**
 * How long a refresh token family lives, in seconds. Longer than the session, so that somebody who comes back after
 * three weeks meets no form.
 */
const REFRESH_TOKEN = {
  rotation_type: 'rotating',
  // The overlap: so long a retry, a second tab or a lost answer gets the same successor again.
  leeway: 30,
  expiration_type: 'expiring',
  idle_token_lifetime: 30 * DAY_SECONDS,
  // From the sign-in on; renewals do not move it.
  token_lifetime: 90 * DAY_SECONDS,
};

const DATABASE = 'Username-Password-Authentication';

/**
 * The demo's tenant, in the shape of Auth0's deploy tool.
 *
 * @param {{ shop: string, docs: string, desk: string, classic: string }} origins of the applications
 * @param {string} deskClientSecret
 */
export function demoTenant(origins, deskClientSecret) {
  return {
    tenant: {
      friendly_name: 'Harbour',
      session_lifetime: SESSION_HOURS.absolute,
      idle_session_lifetime: SESSION_HOURS.idle,
    },
    clients: [
      singlePageClient(CLIENT_IDS.shop, 'Harbour Shop', origins.shop),
      singlePageClient(CLIENT_IDS.docs, 'Harbour Docs', origins.docs),
      {
        client_id: CLIENT_IDS.desk,
        client_secret: deskClientSecret,
        name: 'Harbour Desk',
        app_type: 'regular_web',
        grant_types: ['authorization_code', 'refresh_token'],
        refresh_token: REFRESH_TOKEN,
        callbacks: [`${origins.desk}/callback`],
        allowed_logout_urls: [`${origins.desk}/signed-out`],
      },
      implicitClient(CLIENT_IDS.classic, 'Harbour Classic', origins.classic),
    ],
    resourceServers: [
      {
        identifier: AUDIENCE,
        name: 'Harbour API',
        scopes: [{ value: SCOPE, description: 'See orders, documents and arrivals' }],
        // Applications may ask for `offline_access` beside it, and get a refresh token.
        allow_offline_access: true,
        token_lifetime: TOKEN_LIFETIME_SECONDS,
        // For tokens straight from the authorization endpoint, as Harbour Classic gets them.
        token_lifetime_for_web: TOKEN_LIFETIME_SECONDS,
        skip_consent_for_verifiable_first_party_clients: true,
      },
    ],
    databases: [{ name: DATABASE, options: { disable_signup: false } }],
    users: [
      {
        user_id: 'auth0|harbour-mira',
        connection: DATABASE,
        email: DEMO_USER.email,
        email_verified: true,
        name: DEMO_USER.name,
        given_name: 'Mira',
        family_name: 'Lind',
        password: DEMO_USER.password,
      },
    ],
  };
}

/**
 * @param {string} clientId
 * @param {string} name
 * @param {string} origin
 */
function singlePageClient(clientId, name, origin) {
  return {
    client_id: clientId,
    name,
    app_type: 'spa',
    token_endpoint_auth_method: 'none',
    // Without the scope `offline_access` no refresh token is given: the visitor's switch decides.
    grant_types: ['authorization_code', 'refresh_token'],
    refresh_token: REFRESH_TOKEN,
    callbacks: [origin],
    allowed_logout_urls: [`${origin}/signed-out`],
    web_origins: [origin],
    // The token answer leaves an attachment cookie: it answers `prompt=none` for this client at this origin
    // where third-party cookies are blocked.
    sojourn: { attach: true },
  };
}

/**
 * An application that takes its tokens straight from the authorization endpoint, for auth0.js, which cannot redeem
 * a code. New applications are better off with a code: its tokens never stand in an address.
 *
 * @param {string} clientId
 * @param {string} name
 * @param {string} origin
 */
function implicitClient(clientId, name, origin) {
  return {
    client_id: clientId,
    name,
    app_type: 'spa',
    token_endpoint_auth_method: 'none',
    grant_types: ['implicit'],
    callbacks: [`${origin}/callback`, `${origin}/silent`],
    allowed_logout_urls: [`${origin}/signed-out`],
    web_origins: [origin],
  };
}
