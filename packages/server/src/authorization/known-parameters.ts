import { Parameters } from '../http/parameters.js';
import { asksReason } from '../token/asked-reason.js';

/** Names and values in the order they came. */
type KeptParameters = readonly (readonly [string, string])[];

/** The parameters that mean something here. Others are ignored (RFC 6749 §3.1) and not kept. */
export const KNOWN_PARAMETERS: ReadonlySet<string> = new Set([
  'client_id',
  'redirect_uri',
  'response_type',
  'response_mode',
  'scope',
  'state',
  'nonce',
  'code_challenge',
  'dpop_jkt',
  'code_challenge_method',
  'prompt',
  'max_age',
  'login_hint',
  'ui_locales',
  'acr_values',
  'display',
  'id_token_hint',
  'audience',
  'resource',
  'screen_hint',
  'claims',
  'request',
  'request_uri',
  'registration',
  'sojourn_active',
  'sojourn_reason',
]);

/** What an interaction keeps beside the parameters of a pushed request. No query can bring it in: it is not known. */
const PUSHED = 'sojourn_pushed';

/** That an SDK of Auth0 asks is kept as the question it stands for: what it says of itself is of no use. */
export function buildKept(parameters: Parameters, pushed: string | null): KeptParameters {
  const kept = parameters.pairs.filter(([name]) => KNOWN_PARAMETERS.has(name));
  const isAsked = asksReason(parameters) && parameters.get('sojourn_reason') === undefined;
  return [
    ...kept,
    ...(isAsked ? [['sojourn_reason', '1'] as const] : []),
    ...(pushed === null ? [] : [[PUSHED, pushed] as const]),
  ];
}

/** What an interaction kept, taken apart again. */
export function parseKept(kept: KeptParameters): {
  readonly parameters: Parameters;
  readonly pushed: string | null;
} {
  const pushed = kept.find(([name]) => name === PUSHED)?.[1] ?? null;
  return { parameters: new Parameters(kept.filter(([name]) => name !== PUSHED)), pushed };
}
