import {
  CODE_CHALLENGE_METHOD,
  type ErrorCode,
  isCodeChallenge,
  PROMPTS,
  type Prompt,
  RESPONSE_MODES,
  type ResponseMode,
} from '@sojourn/protocol';
import { type Client, isPublic, type ResourceServer } from '../client/client.js';
import { isRegisteredRedirectUri } from '../client/redirect-uri.js';
import type { Configuration } from '../configuration/configuration.js';
import { originOf } from '../http/origin.js';
import type { Parameters } from '../http/parameters.js';
import { type ClaimsRequest, parseClaimsRequest } from './claims-request.js';
import { decideScope } from './scope.js';

/** What the authorization endpoint itself hands out. @see OAuth 2.0 Multiple Response Type Encoding Practices §3, §5 */
export type ResponseTypes = ReadonlySet<'code' | 'id_token' | 'token'>;

const RESPONSE_TYPES = ['code', 'id_token', 'token'] as const;

/** Where the answer may be sent, once client and redirect URI are proven. */
export interface ResponseTarget {
  readonly redirectUri: string;
  readonly mode: ResponseMode;
  /** Returned byte for byte, never used. */
  readonly state: string | null;
}

/** A valid authentication request. @see OIDC Core §3.1.2.1 */
export interface AuthenticationRequest {
  readonly client: Client;
  readonly target: ResponseTarget;
  readonly responseTypes: ResponseTypes;
  /** What may be granted of what was asked. */
  readonly scope: readonly string[];
  /** The API the access token is for; `null` where it only reaches userinfo. */
  readonly api: ResourceServer | null;
  readonly nonce: string | null;
  readonly codeChallenge: string | null;
  /** The key that the code will be bound to. @see RFC 9449 §10 */
  readonly dpopJkt: string | null;
  readonly prompt: ReadonlySet<Prompt>;
  readonly maxAgeSeconds: number | null;
  readonly loginHint: string | null;
  readonly uiLocales: string | null;
  /** Claims asked for one by one. */
  readonly claims: ClaimsRequest | null;
  /** Who `id_token_hint`, or `sub` in `claims`, names. */
  readonly hint: { readonly sub: string; readonly clientId: string } | null;
  readonly startsWithSignUp: boolean;
  /** Whether the SDK says that the End-User was active; `null` where it does not say. */
  readonly active: boolean | null;
  /** What was validated, to be validated again when the End-User comes back. */
  readonly parameters: readonly (readonly [string, string])[];
}

/** Refusals that may not leave the server: whoever sent them here has not proven where answers belong. */
export type UntrustedReason =
  | 'malformed-request'
  | 'client-missing'
  | 'client-unknown'
  | 'redirect-uri-missing'
  | 'redirect-uri-unregistered'
  | 'request-object-unusable'
  | 'web-origin-unregistered';

export type ParsedAuthenticationRequest =
  | { readonly outcome: 'valid'; readonly request: AuthenticationRequest }
  | {
      readonly outcome: 'refused';
      readonly client: Client;
      readonly target: ResponseTarget;
      readonly error: ErrorCode;
      readonly description: string;
    }
  | { readonly outcome: 'untrusted'; readonly reason: UntrustedReason; readonly clientId: string | null };

export type ParsedResponseTarget =
  | {
      readonly outcome: 'trusted';
      readonly client: Client;
      readonly target: ResponseTarget;
      readonly responseTypes: ResponseTypes;
    }
  | Extract<ParsedAuthenticationRequest, { outcome: 'untrusted' }>;

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
]);

const LONGEST = { state: 4_096, nonce: 1_024, scope: 4_096, login_hint: 320, ui_locales: 256 } as const;

/**
 * Client and redirect URI → where the answer goes, whatever else is wrong with the request.
 *
 * @see RFC 6749 §4.1.2.1: with an invalid client or redirect URI the server "MUST NOT automatically redirect the
 *      user-agent"
 */
export function parseResponseTarget(
  parameters: Parameters,
  configuration: Configuration,
): ParsedResponseTarget {
  const clientId = parameters.get('client_id') ?? null;
  const untrusted = (reason: UntrustedReason) => ({ outcome: 'untrusted', reason, clientId }) as const;

  if (parameters.isRepeated('client_id') || parameters.isRepeated('redirect_uri'))
    return untrusted('malformed-request');
  if (clientId === null) return untrusted('client-missing');
  const client = configuration.clients.get(clientId);
  if (client === undefined) return untrusted('client-unknown');
  const redirectUri = parameters.get('redirect_uri');
  if (redirectUri === undefined) return untrusted('redirect-uri-missing');
  if (!isRegisteredRedirectUri(client, redirectUri)) return untrusted('redirect-uri-unregistered');

  const responseTypes = parseResponseTypes(parameters.get('response_type') ?? '');
  const givesTokens = responseTypes.has('token') || responseTypes.has('id_token');
  const modeName = parameters.get('response_mode');
  const mode = RESPONSE_MODES.find((known) => known === modeName) ?? (givesTokens ? 'fragment' : 'query');
  if (mode === 'web_message') {
    const origin = originOf(redirectUri);
    if (origin === null || !client.webOrigins.includes(origin)) return untrusted('web-origin-unregistered');
  }
  const state = parameters.get('state') ?? null;
  const isSound = !parameters.isRepeated('state') && (state?.length ?? 0) <= LONGEST.state;
  const target: ResponseTarget = { redirectUri, mode, state: isSound ? state : null };
  return { outcome: 'trusted', client, target, responseTypes };
}

/**
 * Parameters → a typed request, or a refusal and where it may be sent.
 *
 * @param parameters those of its request object among them, where it has one.
 * @param readHint what a genuine ID token of ours says, expired or not; `null` for any other string.
 * @see OIDC Core §3.1.2.2
 */
export function parseAuthenticationRequest(
  parameters: Parameters,
  configuration: Configuration,
  issuer: string,
  readHint: (idTokenHint: string) => AuthenticationRequest['hint'],
): ParsedAuthenticationRequest {
  const aimed = parseResponseTarget(parameters, configuration);
  if (aimed.outcome === 'untrusted') return aimed;

  // From here on errors may travel to the client.
  const { client, target, responseTypes } = aimed;
  const { mode } = target;
  const modeName = parameters.get('response_mode');
  const givesTokens = responseTypes.has('token') || responseTypes.has('id_token');
  const refused = (error: ErrorCode, description: string): ParsedAuthenticationRequest => ({
    outcome: 'refused',
    client,
    target,
    error,
    description,
  });

  if (parameters.repeated(['resource']) !== undefined)
    return refused('invalid_request', 'A parameter appears more than once.');
  for (const [name, longest] of Object.entries(LONGEST)) {
    if ((parameters.get(name)?.length ?? 0) > longest)
      return refused('invalid_request', `${name} is too long.`);
  }
  if (modeName !== undefined && mode !== modeName) {
    return refused('invalid_request', 'response_mode is not supported.');
  }
  // Request objects of clients that may use them were read before. Ignoring these (OIDC Core §6) would answer another
  // request than the one that was made.
  if (parameters.get('request') !== undefined)
    return refused('request_not_supported', 'request is not supported.');
  if (parameters.get('request_uri') !== undefined)
    return refused('request_uri_not_supported', 'request_uri is not supported.');
  if (parameters.get('registration') !== undefined)
    return refused('registration_not_supported', 'registration is not supported.');

  if (parameters.get('response_type') === undefined)
    return refused('invalid_request', 'response_type is missing.');
  if (responseTypes.size === 0)
    return refused('unsupported_response_type', 'response_type is not supported.');
  if (!mayAskFor(client, responseTypes)) {
    return refused('unauthorized_client', 'The client is not registered for this response_type.');
  }
  // A URL with tokens in its query stands in logs and histories.
  if (givesTokens && mode === 'query') {
    const toFragment: ResponseTarget = { ...target, mode: 'fragment' };
    const description = 'response_mode=query is not for responses with tokens.';
    return { outcome: 'refused', client, target: toFragment, error: 'invalid_request', description };
  }
  if (responseTypes.has('id_token') && parameters.get('nonce') === undefined) {
    return refused('invalid_request', 'nonce is missing; it is required for this response_type.');
  }

  const prompts = (parameters.get('prompt') ?? '').split(' ').filter((value) => value !== '');
  const prompt = new Set(PROMPTS.filter((known) => prompts.includes(known)));
  if (prompts.some((value) => !(PROMPTS as readonly string[]).includes(value))) {
    return refused('invalid_request', 'prompt has a value that is not known.');
  }
  if (prompt.has('none') && prompt.size > 1) {
    return refused('invalid_request', 'prompt=none stands alone.');
  }

  const maxAge = parameters.get('max_age');
  if (maxAge !== undefined && !/^[0-9]{1,10}$/.test(maxAge)) {
    return refused('invalid_request', 'max_age is not a number of seconds.');
  }

  const challenge = parameters.get('code_challenge');
  const method = parameters.get('code_challenge_method');
  if (challenge === undefined && (method !== undefined || (responseTypes.has('code') && isPublic(client)))) {
    return refused('invalid_request', 'code_challenge is missing; PKCE is required.');
  }
  if (challenge !== undefined && (method !== CODE_CHALLENGE_METHOD || !isCodeChallenge(challenge))) {
    return refused(
      'invalid_request',
      'code_challenge_method must be S256 and code_challenge its 43 characters.',
    );
  }

  const jkt = parameters.get('dpop_jkt');
  if (jkt !== undefined && !/^[\w-]{43}$/.test(jkt)) {
    return refused('invalid_request', 'dpop_jkt is not a SHA-256 thumbprint.');
  }

  const api = findApi(parameters, configuration, issuer);
  if (api === 'unknown')
    return refused('invalid_target', 'Service not found: the audience is no API of this tenant.');

  const claimsText = parameters.get('claims');
  const claims = claimsText === undefined ? null : parseClaimsRequest(claimsText);
  if (claimsText !== undefined && claims === null)
    return refused('invalid_request', 'claims is not readable.');
  // No acr is issued yet, so one that is essential cannot be met.
  if (claims?.essentialAcr) {
    return refused('unmet_authentication_requirements', 'The acr that claims asks for cannot be met.');
  }

  const hintText = parameters.get('id_token_hint');
  const hinted = hintText === undefined ? null : readHint(hintText);
  if (hintText !== undefined && hinted === null) {
    return refused('invalid_request', 'id_token_hint was not issued here.');
  }
  const claimed = claims?.sub ? { sub: claims.sub, clientId: client.clientId } : null;
  if (hinted !== null && claimed !== null && hinted.sub !== claimed.sub) {
    return refused('invalid_request', 'id_token_hint and claims name different End-Users.');
  }

  const active = parameters.get('sojourn_active');
  return {
    outcome: 'valid',
    request: {
      client,
      target,
      responseTypes,
      scope: decideScope(
        parameters.get('scope') ?? '',
        api,
        responseTypes.has('code') && client.grantTypes.includes('refresh_token'),
      ),
      api,
      nonce: parameters.get('nonce') ?? null,
      codeChallenge: challenge ?? null,
      dpopJkt: jkt ?? null,
      prompt,
      maxAgeSeconds: maxAge === undefined ? client.defaultMaxAgeSeconds : Number(maxAge),
      loginHint: parameters.get('login_hint') ?? null,
      uiLocales: parameters.get('ui_locales') ?? null,
      claims,
      hint: hinted ?? claimed,
      startsWithSignUp: parameters.get('screen_hint') === 'signup',
      active: active === undefined ? null : active === '1',
      parameters: parameters.pairs.filter(([name]) => KNOWN_PARAMETERS.has(name)),
    },
  };
}

/** An order of its own means nothing; an unknown or doubled word makes the whole unknown. */
function parseResponseTypes(text: string): ResponseTypes {
  const words = text.split(' ').filter((word) => word !== '');
  const known = new Set(RESPONSE_TYPES.filter((type) => words.includes(type)));
  return known.size === words.length ? known : new Set();
}

/** Tokens from the authorization endpoint only where the client's registration says so. @see design.md 13 */
function mayAskFor(client: Client, responseTypes: ResponseTypes): boolean {
  if (responseTypes.has('code') && !client.grantTypes.includes('authorization_code')) return false;
  const asked = [...responseTypes].sort().join(' ');
  if (client.responseTypes.some((registered) => registered.split(' ').sort().join(' ') === asked))
    return true;
  return client.grantTypes.includes('implicit') && (asked !== 'code' || client.responseTypes.length === 0);
}

/** `audience` is Auth0's word, `resource` RFC 8707's; userinfo itself is always meant. */
function findApi(
  parameters: Parameters,
  configuration: Configuration,
  issuer: string,
): ResourceServer | null | 'unknown' {
  const asked = new Set([...parameters.getAll('audience'), ...parameters.getAll('resource')]);
  asked.delete(`${issuer}userinfo`);
  if (asked.size === 0 && configuration.tenant.defaultAudience !== null) {
    asked.add(configuration.tenant.defaultAudience);
  }
  const [identifier, ...others] = asked;
  if (identifier === undefined) return null;
  // One access token is for one API (RFC 9068 §3: several only if the scopes mean the same in all).
  if (others.length > 0) return 'unknown';
  return configuration.resourceServers.get(identifier) ?? 'unknown';
}
