/** The tenant most tests use. Names follow security.md part E. */
export const PASSWORD = 'harbour-lights-42';

export const API = 'https://api.a.test/';

export function tenantFile(): Record<string, unknown> & {
  tenant: Record<string, unknown>;
  clients: Record<string, unknown>[];
  resourceServers: Record<string, unknown>[];
  users: Record<string, unknown>[];
} {
  return {
    tenant: { friendly_name: 'Harbour' },
    clients: [
      {
        client_id: 'spa-a',
        name: 'Harbour Shop',
        app_type: 'spa',
        callbacks: ['https://a.test/cb', 'https://a.test/cb?kept=1'],
        web_origins: ['https://a.test'],
        allowed_logout_urls: ['https://a.test/bye', 'https://a.test/'],
        grant_types: ['authorization_code'],
        sojourn: { attach: true },
      },
      {
        client_id: 'spa-b',
        name: 'Harbour Docs',
        app_type: 'spa',
        callbacks: ['https://b.test/cb'],
        web_origins: ['https://b.test'],
        allowed_logout_urls: ['https://b.test/bye'],
        grant_types: ['authorization_code'],
        sojourn: { attach: true },
      },
      {
        client_id: 'conf-c',
        name: 'Harbour Desk',
        app_type: 'regular_web',
        client_secret: 'a-secret-of-the-desk-that-is-long-enough',
        callbacks: ['https://c.test/cb'],
        allowed_logout_urls: ['https://c.test/bye'],
        grant_types: ['authorization_code'],
      },
      {
        client_id: 'third-d',
        name: 'Somebody Else',
        app_type: 'regular_web',
        client_secret: 'a-secret-of-somebody-else-long-enough',
        is_first_party: false,
        callbacks: ['https://d.test/cb'],
        grant_types: ['authorization_code'],
      },
      {
        client_id: 'native-n',
        name: 'Harbour Handheld',
        app_type: 'native',
        callbacks: ['http://127.0.0.1/cb', 'test.harbour.handheld://cb'],
        grant_types: ['authorization_code'],
      },
      {
        client_id: 'machine-m',
        name: 'Harbour Nightly',
        app_type: 'non_interactive',
        client_secret: 'a-secret-of-the-nightly-job-long-enough',
        grant_types: ['client_credentials'],
      },
    ],
    resourceServers: [
      {
        identifier: API,
        name: 'Harbour API',
        signing_alg: 'ES256',
        token_lifetime: 600,
        scopes: [
          { value: 'read:berths', description: 'See the berths' },
          { value: 'write:berths', description: 'Change the berths' },
        ],
      },
      {
        identifier: 'https://asks.a.test/',
        name: 'Harbour Ledger',
        skip_consent_for_verifiable_first_party_clients: false,
        scopes: [{ value: 'read:ledger', description: 'Read the ledger' }],
      },
    ],
    clientGrants: [{ client_id: 'machine-m', audience: API, scope: ['read:berths'] }],
    databases: [{ name: 'Username-Password-Authentication' }],
    users: [
      {
        user_id: 'auth0|mira',
        email: 'mira@harbour.example',
        email_verified: true,
        username: 'mira',
        password: PASSWORD,
        name: 'Mira Lind',
        given_name: 'Mira',
        family_name: 'Lind',
        nickname: 'mira',
      },
      {
        user_id: 'auth0|otto',
        email: 'otto@harbour.example',
        email_verified: true,
        password: PASSWORD,
        name: 'Otto Berg',
      },
    ],
  };
}
