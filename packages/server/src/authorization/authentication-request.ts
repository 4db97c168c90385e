import {
  CODE_CHALLENGE_METHOD,
  type ErrorCode,
  isCodeChallenge,
  PROMPTS,
  type Prompt,
} from '@sojourn/protocol';
import { type Client, isPublic, type ResourceServer } from '../client/client.js';
import type { Configuration } from '../configuration/configuration.js';
import type { Parameters } from '../http/parameters.js';
import { ACR_VALUES } from '../session/authentication-context.js';
import { asksReason } from '../token/asked-reason.js';
import { type ClaimsRequest, parseClaimsRequest } from './claims-request.js';
import { buildKept } from './known-parameters.js';
import {
  type AimedRequest,
  LONGEST_STATE,
  parseResponseTarget,
  type ResponseTarget,
  type ResponseTypes,
  type UntrustedRequest,
} from './response-target.js';
import { decideScope } from './scope.js';

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
  /** Whether the ID token is to say how the End-User was authenticated. */
  readonly asksAcr: boolean;
  /** Whether a refusal says its reason's code: on request, and to SDKs of Auth0. @see design.md 6 */
  readonly tellsReason: boolean;
  /** The hash of the handle that it was pushed under: it may be answered once. @see RFC 9126 §4 */
  readonly pushed: string | null;
  /** What was validated, to be validated again when the End-User comes back. */
  readonly parameters: readonly (readonly [string, string])[];
}

/**
 * A request understood, refused by an answer to its client, or one that no client may be answered about:
 * `untrusted` ends at a page of ours.
 *
 * @see RFC 6749 §4.1.2.1
 */
export type ParsedAuthenticationRequest =
  | { readonly outcome: 'valid'; readonly request: AuthenticationRequest }
  | RefusedRequest
  | UntrustedRequest;

/** A request that cannot be answered as it stands, and where that may be said. */
export interface RefusedRequest extends Pick<AimedRequest, 'client' | 'target'> {
  readonly outcome: 'refused';
  readonly error: ErrorCode;
  /** A fixed sentence: nothing of the request comes back in it. */
  readonly description: string;
}

const LONGEST = {
  state: LONGEST_STATE,
  nonce: 1_024,
  scope: 4_096,
  login_hint: 320,
  ui_locales: 256,
  acr_values: 1_024,
} as const;

/** What is wrong with one parameter, in the words of the answer. */
class Fault {
  readonly error: ErrorCode;
  readonly description: string;

  constructor(error: ErrorCode, description: string) {
    this.error = error;
    this.description = description;
  }
}

/**
 * Parameters → a typed request, or a refusal and where it may be sent. Each step is one paragraph of the specification.
 *
 * @param parameters those of its request object among them, where it has one.
 * @param pushed the hash of the handle that they were pushed under; `null` where a browser brought them.
 * @param readHint what a genuine ID token of ours says, expired or not; `null` for any other string.
 * @see OIDC Core §3.1.2.1, §3.1.2.2
 */
export function parseAuthenticationRequest(
  parameters: Parameters,
  configuration: Configuration,
  issuer: string,
  readHint: (idTokenHint: string) => AuthenticationRequest['hint'],
  pushed: string | null = null,
): ParsedAuthenticationRequest {
  const aimed = parseResponseTarget(parameters, configuration);
  if (aimed.outcome === 'untrusted') return aimed;

  // From here on errors may travel to the client.
  const { client, target, responseTypes } = aimed;
  const refused = ({ error, description }: Fault): ParsedAuthenticationRequest => ({
    outcome: 'refused',
    client,
    target,
    error,
    description,
  });
  const fault =
    findFormFault(parameters) ??
    findUnsupported(parameters) ??
    findPushFault(client, pushed) ??
    findResponseModeFault(parameters, aimed) ??
    findResponseTypeFault(parameters, aimed) ??
    findNonceFault(parameters, aimed);
  if (fault !== null) return refused(fault);
  const prompt = parsePrompt(parameters);
  if (prompt instanceof Fault) return refused(prompt);
  const maxAgeSeconds = parseMaxAge(parameters, client);
  if (maxAgeSeconds instanceof Fault) return refused(maxAgeSeconds);
  const codeChallenge = parseCodeChallenge(parameters, aimed);
  if (codeChallenge instanceof Fault) return refused(codeChallenge);
  const dpopJkt = parseDpopJkt(parameters);
  if (dpopJkt instanceof Fault) return refused(dpopJkt);
  const api = findApi(parameters, configuration, issuer);
  if (api instanceof Fault) return refused(api);
  const claims = parseClaims(parameters);
  if (claims instanceof Fault) return refused(claims);
  const hint = parseHint(parameters, claims, client, readHint);
  if (hint instanceof Fault) return refused(hint);

  return {
    outcome: 'valid',
    request: {
      ...{ client, target, responseTypes, api, codeChallenge, dpopJkt, prompt, maxAgeSeconds, claims, hint },
      scope: decideScope(
        parameters.get('scope') ?? '',
        api,
        responseTypes.has('code') && client.grantTypes.includes('refresh_token'),
      ),
      nonce: parameters.get('nonce') ?? null,
      loginHint: parameters.get('login_hint') ?? null,
      uiLocales: parameters.get('ui_locales') ?? null,
      startsWithSignUp: parameters.get('screen_hint') === 'signup',
      active: parseActive(parameters),
      asksAcr: parameters.get('acr_values') !== undefined || claims?.acr === true,
      tellsReason: asksReason(parameters),
      pushed,
      parameters: buildKept(parameters, pushed),
    },
  };
}

/** "Request and response parameters MUST NOT be included more than once", but for RFC 8707's. @see RFC 6749 §3.1 */
function findFormFault(parameters: Parameters): Fault | null {
  if (parameters.repeated(['resource']) !== undefined)
    return new Fault('invalid_request', 'A parameter appears more than once.');
  const long = Object.entries(LONGEST).find(
    ([name, longest]) => (parameters.get(name)?.length ?? 0) > longest,
  );
  return long === undefined ? null : new Fault('invalid_request', `${long[0]} is too long.`);
}

/**
 * Request objects of clients that may use them were read before. Ignoring these would answer another request than the
 * one that was made.
 *
 * @see OIDC Core §3.1.2.6, §6
 */
function findUnsupported(parameters: Parameters): Fault | null {
  if (parameters.get('request') !== undefined)
    return new Fault('request_not_supported', 'request is not supported.');
  if (parameters.get('request_uri') !== undefined)
    return new Fault('request_uri_not_supported', 'request_uri is not supported.');
  return parameters.get('registration') === undefined
    ? null
    : new Fault('registration_not_supported', 'registration is not supported.');
}

/** @see RFC 9126 §5, §6 */
function findPushFault({ requiresPushedRequests }: Client, pushed: string | null): Fault | null {
  return requiresPushedRequests && pushed === null
    ? new Fault('invalid_request', 'The client has to push its authorization requests (RFC 9126).')
    : null;
}

/** @see OAuth 2.0 Multiple Response Type Encoding Practices §2.1, §3: no tokens in a query */
function findResponseModeFault(parameters: Parameters, { target }: AimedRequest): Fault | null {
  const asked = parameters.get('response_mode');
  if (asked === undefined || asked === target.mode) return null;
  return asked === 'query'
    ? new Fault('invalid_request', 'response_mode=query is not for responses with tokens.')
    : new Fault('invalid_request', 'response_mode is not supported.');
}

function findResponseTypeFault(
  parameters: Parameters,
  { client, responseTypes }: AimedRequest,
): Fault | null {
  if (parameters.get('response_type') === undefined)
    return new Fault('invalid_request', 'response_type is missing.');
  if (responseTypes.size === 0)
    return new Fault('unsupported_response_type', 'response_type is not supported.');
  return mayAskFor(client, responseTypes)
    ? null
    : new Fault('unauthorized_client', 'The client is not registered for this response_type.');
}

/** Tokens from the authorization endpoint only where the client's registration says so. @see design.md 13 */
function mayAskFor(client: Client, responseTypes: ResponseTypes): boolean {
  if (responseTypes.has('code') && !client.grantTypes.includes('authorization_code')) return false;
  const asked = [...responseTypes].sort().join(' ');
  if (client.responseTypes.some((registered) => registered.split(' ').sort().join(' ') === asked))
    return true;
  return client.grantTypes.includes('implicit') && (asked !== 'code' || client.responseTypes.length === 0);
}

/** @see OIDC Core §3.2.2.1, §3.3.2.11 */
function findNonceFault(parameters: Parameters, { responseTypes }: AimedRequest): Fault | null {
  return responseTypes.has('id_token') && parameters.get('nonce') === undefined
    ? new Fault('invalid_request', 'nonce is missing; it is required for this response_type.')
    : null;
}

function parsePrompt(parameters: Parameters): ReadonlySet<Prompt> | Fault {
  const asked = (parameters.get('prompt') ?? '').split(' ').filter((value) => value !== '');
  const prompt = new Set(PROMPTS.filter((known) => asked.includes(known)));
  if (asked.some((value) => !(PROMPTS as readonly string[]).includes(value)))
    return new Fault('invalid_request', 'prompt has a value that is not known.');
  return prompt.has('none') && prompt.size > 1
    ? new Fault('invalid_request', 'prompt=none stands alone.')
    : prompt;
}

function parseMaxAge(parameters: Parameters, { defaultMaxAgeSeconds }: Client): number | null | Fault {
  const asked = parameters.get('max_age');
  if (asked === undefined) return defaultMaxAgeSeconds;
  return /^[0-9]{1,10}$/.test(asked)
    ? Number(asked)
    : new Fault('invalid_request', 'max_age is not a number of seconds.');
}

/** @see RFC 7636 §4.3 · RFC 9700 §2.1.1 · design.md 13 */
function parseCodeChallenge(
  parameters: Parameters,
  { client, responseTypes }: AimedRequest,
): string | null | Fault {
  const challenge = parameters.get('code_challenge');
  const method = parameters.get('code_challenge_method');
  if (challenge === undefined) {
    const isRequired = responseTypes.has('code') && (isPublic(client) || client.profile === 'fapi2');
    return isRequired || method !== undefined
      ? new Fault('invalid_request', 'code_challenge is missing; PKCE is required.')
      : null;
  }
  return method === CODE_CHALLENGE_METHOD && isCodeChallenge(challenge)
    ? challenge
    : new Fault(
        'invalid_request',
        'PKCE is served by S256 alone, not by plain, which no code_challenge_method means too: code_challenge must be the 43 characters of a SHA-256.',
      );
}

/** @see RFC 9449 §10 */
function parseDpopJkt(parameters: Parameters): string | null | Fault {
  const jkt = parameters.get('dpop_jkt');
  if (jkt === undefined) return null;
  return /^[\w-]{43}$/.test(jkt)
    ? jkt
    : new Fault('invalid_request', 'dpop_jkt is not a SHA-256 thumbprint.');
}

/** `audience` is Auth0's word, `resource` RFC 8707's; userinfo itself is always meant. */
function findApi(
  parameters: Parameters,
  { tenant, resourceServers }: Configuration,
  issuer: string,
): ResourceServer | null | Fault {
  const asked = new Set([...parameters.getAll('audience'), ...parameters.getAll('resource')]);
  asked.delete(`${issuer}userinfo`);
  if (asked.size === 0 && tenant.defaultAudience !== null) asked.add(tenant.defaultAudience);
  const [identifier, ...others] = asked;
  if (identifier === undefined) return null;
  // One access token is for one API (RFC 9068 §3: several only if the scopes mean the same in all).
  const api = others.length > 0 ? undefined : resourceServers.get(identifier);
  return api ?? new Fault('invalid_target', 'Service not found: the audience is no API of this tenant.');
}

/** @see OIDC Core §5.5, §5.5.1.1 */
function parseClaims(parameters: Parameters): ClaimsRequest | null | Fault {
  const text = parameters.get('claims');
  if (text === undefined) return null;
  const claims = parseClaimsRequest(text);
  if (claims === null) return new Fault('invalid_request', 'claims is not readable.');
  return claims.essentialAcrs?.every((acr) => !ACR_VALUES.includes(acr))
    ? new Fault('unmet_authentication_requirements', 'The acr that claims asks for cannot be met.')
    : claims;
}

/** Whom `id_token_hint`, or `sub` in `claims`, names. @see OIDC Core §3.1.2.1, §3.1.2.2 · §5.5.1 */
function parseHint(
  parameters: Parameters,
  claims: ClaimsRequest | null,
  { clientId }: Client,
  readHint: (idTokenHint: string) => AuthenticationRequest['hint'],
): AuthenticationRequest['hint'] | Fault {
  const text = parameters.get('id_token_hint');
  const hinted = text === undefined ? null : readHint(text);
  if (text !== undefined && hinted === null)
    return new Fault('invalid_request', 'id_token_hint was not issued here.');
  const claimed = claims?.sub ? { sub: claims.sub, clientId } : null;
  return hinted !== null && claimed !== null && hinted.sub !== claimed.sub
    ? new Fault('invalid_request', 'id_token_hint and claims name different End-Users.')
    : (hinted ?? claimed);
}

function parseActive(parameters: Parameters): boolean | null {
  const active = parameters.get('sojourn_active');
  return active === undefined ? null : active === '1';
}
