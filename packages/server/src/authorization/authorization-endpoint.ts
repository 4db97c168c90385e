import { bindBrowser, buildBrowserCookie, findBinding, isBoundTo } from '../browser/browser-binding.js';
import type { InteractionStore } from '../browser/interaction-store.js';
import { sealParameters } from '../browser/kept-parameters.js';
import { keepForGet, readGetParameters } from '../browser/posted-request.js';
import type { PostedRequestStore } from '../browser/posted-request-store.js';
import type { Client } from '../client/client.js';
import { randomHandle } from '../credential/randomness.js';
import { buildEvent } from '../events/events.js';
import { isNavigation, isPrefetch } from '../http/fetch-metadata.js';
import { type Parameters, parseFormBody } from '../http/parameters.js';
import type { Handler, HttpRequest, HttpResponse } from '../http/request.js';
import { seeOther, text, withHeaders } from '../http/responses.js';
import type { Problem } from '../pages/error-page.js';
import { type PageContext, problemResponse, tooMuchKept } from '../pages/page-response.js';
import type { Ports } from '../ports.js';
import type { AttachmentStore } from '../session/attachment-store.js';
import { findInteractiveSession } from '../session/browser-session.js';
import { withSuccessor } from '../session/renewed-cookies.js';
import type { SessionStore } from '../session/session-store.js';
import { verifyIdTokenHint } from '../token/id-token-hint.js';
import {
  type AuthenticationRequest,
  type ParsedAuthenticationRequest,
  parseAuthenticationRequest,
} from './authentication-request.js';
import { buildAuthorizationResponse } from './authorization-response.js';
import { type ProceedPorts, pageOf, proceed } from './proceed.js';
import { decideRequestObject } from './request-object.js';
import {
  type RequestedParameters,
  type RequestedParametersPorts,
  requestedParameters,
} from './requested-parameters.js';
import { parseResponseTarget, type ResponseTarget, type UntrustedReason } from './response-target.js';
import { silentAnswers } from './silent-answer.js';

/** What the authorization endpoint may touch. */
export type AuthorizationEndpointPorts = Pick<
  Ports<AttachmentStore & InteractionStore & PostedRequestStore & SessionStore>,
  'issuer' | 'store' | 'secrets' | 'keys' | 'configuration' | 'now' | 'record' | 'logFault' | 'mayKeep'
> &
  RequestedParametersPorts &
  PageContext &
  ProceedPorts;

const INTERACTIONS_PER_BROWSER = 50;

/**
 * The authorization endpoint.
 *
 * @see RFC 6749 §3.1 · OIDC Core §3.1.2 · design.md 4, 6
 */
export function authorizationEndpoint(ports: AuthorizationEndpointPorts): Handler {
  const answerSilently = silentAnswers(ports);
  const findRequested = requestedParameters(ports);
  return async (http) => {
    if (isPrefetch(http)) return text(403, 'Not to be prefetched.');
    // An image, a script or a fetch of a foreign page learns nothing, and leaves nothing in the store.
    if (!isNavigation(http)) return problemResponse(400, 'framed', http, ports);
    if (http.method === 'POST') return authorizeByPost(http, ports);
    const parameters = await readGetParameters(http, ports);
    if (parameters === null) return untrusted(http, 'malformed-request', null, ports);
    const requested = await findRequested(parameters);
    if (requested.outcome === 'finished') return answerFinished(http, requested, ports);
    const parsed = parseRequested(requested, ports);
    if (parsed.outcome === 'untrusted') return untrusted(http, parsed.reason, parsed.clientId, ports);
    if (parsed.outcome === 'refused') return refused(http, parsed, ports);
    const { request } = parsed;
    return request.prompt.has('none') ? answerSilently(http, request) : authorizeByHand(http, request, ports);
  };
}

/** Parameters → request, with the keys that an `id_token_hint` is checked with. */
export function parse(
  parameters: Parameters,
  ports: Pick<Ports, 'configuration' | 'issuer' | 'keys' | 'subjects'>,
  pushed: string | null = null,
): ParsedAuthenticationRequest {
  const readHint = (hint: string) => verifyIdTokenHint(hint, ports);
  return parseAuthenticationRequest(parameters, ports.configuration(), ports.issuer, readHint, pushed);
}

/** The same with what a request object adds, or a client has pushed. */
export function parseRequested(
  requested: Exclude<RequestedParameters, { outcome: 'finished' }>,
  ports: Pick<Ports, 'configuration' | 'issuer' | 'keys' | 'subjects'>,
): ParsedAuthenticationRequest {
  if (requested.outcome === 'whole') return parse(requested.parameters, ports, requested.pushed);
  if (requested.outcome === 'unknown') {
    const { clientId } = requested.client;
    return { outcome: 'untrusted', reason: 'request-uri-unknown', clientId };
  }
  const aimed = parseResponseTarget(requested.aim, ports.configuration());
  if (aimed.outcome === 'trusted') {
    const { client, target } = aimed;
    return { outcome: 'refused', client, target, ...requested.refusal };
  }
  return aimed.reason === 'redirect-uri-missing' ? { ...aimed, reason: 'request-object-unusable' } : aimed;
}

/** @see OIDC Core §3.1.2.1 "MUST support the use of the HTTP GET and POST methods" */
async function authorizeByPost(http: HttpRequest, ports: AuthorizationEndpointPorts): Promise<HttpResponse> {
  const form = parseFormBody(http.header('content-type'), http.rawBody);
  // A parameter in both places could be read as either value.
  if (form === null || http.rawQuery !== '') return untrusted(http, 'malformed-request', null, ports);
  // What a request object may add is looked for once, by the GET.
  if (decideRequestObject(form, ports.configuration()).next === 'parse') {
    const parsed = parse(form, ports);
    if (parsed.outcome === 'untrusted') return untrusted(http, parsed.reason, parsed.clientId, ports);
  }
  return (await keepForGet(http, ports)) ?? tooMuchKept(http, ports);
}

/** A pushed request that was answered: the browser that was is led back to its end; nobody gets a second answer. */
async function answerFinished(
  http: HttpRequest,
  { client, usedBy }: { readonly client: Client; readonly usedBy: string | null },
  ports: Pick<Ports<InteractionStore>, 'store' | 'secrets' | 'now' | 'record'> & PageContext,
): Promise<HttpResponse> {
  const { clientId } = client;
  const facts = { reason: 'request-uri-used', clientId, address: http.peerAddress };
  ports.record(buildEvent(ports.now(), 'authorization.refused', facts));
  const interaction = usedBy === null ? null : await ports.store.findInteraction(usedBy);
  const binding = findBinding(http, ports.secrets);
  return interaction !== null && binding !== null && isBoundTo(interaction, binding, ports.now())
    ? seeOther(`/continue?state=${interaction.id}`)
    : problemResponse(400, 'interaction-finished', http, ports, {
        clientId,
        retryUrl: client.initiateLoginUri,
      });
}

async function authorizeByHand(
  http: HttpRequest,
  request: AuthenticationRequest,
  ports: AuthorizationEndpointPorts,
): Promise<HttpResponse> {
  const browserSession = await findInteractiveSession(http, ports);
  const attempt = { http, request, browserSession, cookiesBlocked: false, interaction: null };
  const response = await proceed(attempt, ports, ({ step }) => startInteraction(http, request, step, ports));
  return withSuccessor(response, http, browserSession, ports.secrets);
}

async function startInteraction(
  http: HttpRequest,
  request: AuthenticationRequest,
  step: 'login' | 'select-account' | 'consent',
  ports: PageContext &
    Pick<Ports<InteractionStore>, 'store' | 'secrets' | 'configuration' | 'now' | 'mayKeep'>,
): Promise<HttpResponse> {
  const { store, now, configuration, secrets, mayKeep } = ports;
  const characters = request.parameters.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  if (!mayKeep(http.peerAddress, characters, now())) return tooMuchKept(http, ports);
  const id = randomHandle();
  const startedAt = now();
  const binding = bindBrowser(http, secrets, startedAt);
  await store.startInteraction(
    {
      id,
      browserHash: binding.browserHash,
      browserGeneration: binding.generation,
      request: sealParameters(request.parameters, secrets),
      startedAt,
      expiresAt: startedAt + configuration().tenant.transactionLifetimeMs,
      progress: {
        authenticatedSid: null,
        selectedSid: null,
        wantsAnotherAccount: false,
        consentedSid: null,
        consentDenied: false,
      },
      finishedAt: null,
    },
    INTERACTIONS_PER_BROWSER,
  );
  return withHeaders(pageOf(step, id, request.startsWithSignUp), {
    'set-cookie': [buildBrowserCookie(binding, secrets)],
  });
}

/** What a person is shown, and what a developer is told, where nothing can be sent back. */
export const UNTRUSTED: Record<UntrustedReason, { problem: Problem; developer: string }> = {
  'malformed-request': {
    problem: 'bad-request',
    developer: 'a parameter appears twice, is in both query and body, or is not readable as UTF-8.',
  },
  'client-missing': { problem: 'unknown-client', developer: 'client_id is missing.' },
  'client-unknown': { problem: 'unknown-client', developer: 'client_id is not registered in this tenant.' },
  'redirect-uri-missing': { problem: 'unknown-callback', developer: 'redirect_uri is missing.' },
  'redirect-uri-unregistered': {
    problem: 'unknown-callback',
    developer:
      'its callback address is not registered: redirect_uri must equal one of the client’s callbacks exactly.',
  },
  'request-object-unusable': {
    problem: 'bad-request',
    developer:
      'its request object could not be read or does not verify, and no redirect_uri beside it says where to tell so.',
  },
  'request-uri-unknown': {
    problem: 'bad-request',
    developer: 'its request_uri was not pushed by this client, or has expired: push the request again.',
  },
  'web-origin-unregistered': {
    problem: 'unknown-callback',
    developer: 'response_mode=web_message needs the origin of redirect_uri among the client’s web_origins.',
  },
};

/** An answer that goes nowhere else: no Location, no message. @see RFC 6749 §4.1.2.1 · security.md 2 */
function untrusted(
  http: HttpRequest,
  reason: UntrustedReason,
  clientId: string | null,
  ports: Pick<Ports, 'now' | 'record'> & PageContext,
): HttpResponse {
  const { problem, developer } = UNTRUSTED[reason];
  ports.record(buildEvent(ports.now(), 'authorization.refused', { reason, address: http.peerAddress }));
  return problemResponse(400, problem, http, ports, { developer, clientId });
}

function refused(
  http: HttpRequest,
  { client, target, error, description }: Extract<ParsedAuthenticationRequest, { outcome: 'refused' }>,
  ports: Pick<Ports, 'issuer' | 'now' | 'record'>,
): HttpResponse {
  const { clientId } = client;
  ports.record(
    buildEvent(ports.now(), 'authorization.refused', { reason: error, clientId, address: http.peerAddress }),
  );
  return answerError(target, error, description, ports.issuer);
}

function answerError(
  target: ResponseTarget,
  error: string,
  description: string,
  issuer: string,
): HttpResponse {
  return buildAuthorizationResponse(
    target,
    [
      ['error', error],
      ['error_description', description],
    ],
    issuer,
  );
}
