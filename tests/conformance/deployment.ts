import { type Deployment, type DeploymentOptions, startDeployment } from '../rig/deployment.js';
import { INITIAL_TOKEN } from '../rig/registration.js';
import { PASSWORD } from '../rig/tenant.js';

export const USER_ID = 'auth0|signe';
export const USERNAME = 'signe@harbour.example';

/** Every standard claim of the End-User, by the scope that asks for it. @see OIDC Core §5.1, §5.4 */
export const CLAIMS = {
  profile: {
    name: 'Signe Astrid Holm',
    family_name: 'Holm',
    given_name: 'Signe',
    middle_name: 'Astrid',
    nickname: 'Sig',
    preferred_username: 'signe',
    profile: 'https://people.harbour.example/signe',
    picture: 'https://people.harbour.example/signe.png',
    website: 'https://signe.harbour.example/',
    gender: 'female',
    birthdate: '1990-05-17',
    zoneinfo: 'Europe/Copenhagen',
    locale: 'da-DK',
  },
  email: { email: USERNAME, email_verified: true },
  address: {
    address: {
      formatted: 'Havnegade 1\n1058 København K\nDenmark',
      street_address: 'Havnegade 1',
      locality: 'København K',
      region: 'Hovedstaden',
      postal_code: '1058',
      country: 'Denmark',
    },
  },
  phone: { phone_number: '+45 31 41 59 26', phone_number_verified: true },
} as const;

export const CALLBACK = 'https://c.test/cb';
export const GOODBYE = 'https://c.test/post_logout_redirect';

/** A secret that only form-encoding brings through HTTP Basic (RFC 6749 §2.3.1). */
const SECRET = 'a secret: 100% + "certified" & more=';

/** Somebody else's application, as the certifier is: it may ask for anything, and people are asked. */
function certifier(client_id: string, token_endpoint_auth_method: string): object {
  return {
    client_id,
    name: `The Certifier by ${token_endpoint_auth_method}`,
    app_type: 'regular_web',
    is_first_party: false,
    token_endpoint_auth_method,
    client_secret: SECRET,
    callbacks: [CALLBACK],
    allowed_logout_urls: [GOODBYE],
    grant_types: ['authorization_code', 'refresh_token'],
    sojourn: {
      id_token_claims: 'requested',
      response_types: [
        'code',
        'id_token',
        'id_token token',
        'code id_token',
        'code token',
        'code id_token token',
      ],
    },
  };
}

export const CERTIFIER = { clientId: 'certifier', secret: SECRET };
export const POSTING_CERTIFIER = { clientId: 'certifier-post', secret: SECRET };

/** A server as its operator would set it up for a certification run: static clients, registration, a full test user. */
export function startCertified(options: Omit<DeploymentOptions, 'tenantFile'> = {}): Promise<Deployment> {
  return startDeployment({
    ...options,
    tenantFile: {
      tenant: {
        friendly_name: 'Harbour',
        sojourn: { client_registration: { mode: 'token', initial_access_tokens: [INITIAL_TOKEN] } },
      },
      clients: [
        certifier(CERTIFIER.clientId, 'client_secret_basic'),
        certifier(POSTING_CERTIFIER.clientId, 'client_secret_post'),
      ],
      databases: [{ name: 'Username-Password-Authentication' }],
      users: [
        {
          user_id: USER_ID,
          username: CLAIMS.profile.preferred_username,
          password: PASSWORD,
          ...CLAIMS.profile,
          ...CLAIMS.email,
          ...CLAIMS.address,
          ...CLAIMS.phone,
        },
      ],
    },
  });
}
