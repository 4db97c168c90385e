import type { ResponseType } from './flow.js';
import type { ModuleName } from './modules.js';

/** Asked of every response type. */
const ALWAYS: readonly ModuleName[] = [
  'oidcc-server',
  'oidcc-idtoken-signature',
  'oidcc-scope-profile',
  'oidcc-scope-email',
  'oidcc-scope-address',
  'oidcc-scope-phone',
  'oidcc-scope-all',
  'oidcc-display-page',
  'oidcc-display-popup',
  'oidcc-prompt-login',
  'oidcc-prompt-none-not-logged-in',
  'oidcc-prompt-none-logged-in',
  'oidcc-max-age-1',
  'oidcc-max-age-10000',
  'oidcc-ensure-request-with-unknown-parameter-succeeds',
  'oidcc-id-token-hint',
  'oidcc-login-hint',
  'oidcc-ui-locales',
  'oidcc-claims-locales',
  'oidcc-ensure-request-with-acr-values-succeeds',
  'oidcc-ensure-registered-redirect-uri',
  'oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported',
  'oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported',
  'oidcc-ensure-request-object-with-redirect-uri',
  'oidcc-claims-essential',
];

const WITH_ACCESS_TOKEN: readonly ModuleName[] = [
  'oidcc-userinfo-get',
  'oidcc-userinfo-post-header',
  'oidcc-userinfo-post-body',
];

const WITH_CODE: readonly ModuleName[] = [
  ...WITH_ACCESS_TOKEN,
  'oidcc-codereuse',
  'oidcc-codereuse-30seconds',
  'oidcc-server-client-secret-post',
  'oidcc-refresh-token',
];

const ONLY_BASIC: readonly ModuleName[] = ['oidcc-idtoken-unsigned', 'oidcc-ensure-post-request-succeeds'];

const WITHOUT_NONCE = 'oidcc-ensure-request-without-nonce-succeeds-for-code-flow';
const NEEDS_NONCE = 'oidcc-ensure-request-without-nonce-fails';
const OTHER_ORDER = 'oidcc-alternate-happy-flow';
const NO_TYPE = 'oidcc-response-type-missing';
const PKCE = 'oidcc-ensure-request-with-valid-pkce-succeeds';

export type PlanName = 'basic' | 'implicit' | 'hybrid';
type Plan = readonly { readonly responseType: ResponseType; readonly modules: readonly ModuleName[] }[];

/** The certification plans, each response type with the modules that the suite runs for it. */
export const PLANS: Readonly<Record<PlanName, Plan>> = {
  basic: [
    {
      responseType: 'code',
      modules: [...ALWAYS, ...WITH_CODE, ...ONLY_BASIC, WITHOUT_NONCE, OTHER_ORDER, NO_TYPE, PKCE],
    },
  ],
  implicit: [
    { responseType: 'id_token', modules: [...ALWAYS, NEEDS_NONCE, OTHER_ORDER] },
    {
      responseType: 'id_token token',
      modules: [...ALWAYS, ...WITH_ACCESS_TOKEN, NEEDS_NONCE, OTHER_ORDER, NO_TYPE],
    },
  ],
  hybrid: [
    {
      responseType: 'code id_token',
      modules: [...ALWAYS, ...WITH_CODE, NEEDS_NONCE, OTHER_ORDER, NO_TYPE, PKCE],
    },
    { responseType: 'code token', modules: [...ALWAYS, ...WITH_CODE, WITHOUT_NONCE] },
    { responseType: 'code id_token token', modules: [...ALWAYS, ...WITH_CODE, NEEDS_NONCE] },
  ],
};
