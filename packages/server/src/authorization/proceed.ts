import type { Reason } from '@sojourn/protocol';
import type { Interaction, InteractionStore } from '../browser/interaction-store.js';
import { isUnproven } from '../client/redirect-uri.js';
import { buildEvent } from '../events/events.js';
import { originOf } from '../http/origin.js';
import type { HttpRequest, HttpResponse } from '../http/request.js';
import { seeOther, withHeaders } from '../http/responses.js';
import { type PageContext, problemResponse } from '../pages/page-response.js';
import type { Ports } from '../ports.js';
import type { BrowserSession } from '../session/browser-session.js';
import { buildRenewedCookies } from '../session/renewed-cookies.js';
import type { GrantStore } from '../token/grant-store.js';
import { resolveHint } from '../token/id-token-hint.js';
import type { AuthenticationRequest } from './authentication-request.js';
import {
  buildAuthorizationResponse,
  buildErrorParameters,
  type ResponseParameters,
} from './authorization-response.js';
import type { CodeStore } from './code-store.js';
import type { ConsentStore } from './consent-store.js';
import { type AuthorizationDecision, decideAuthorization } from './decide-authorization.js';
import { issueCode } from './issue-code.js';
import { type IssueTokensPorts, issueTokens } from './issue-tokens.js';
import type { PushedRequestStore } from './pushed-request-store.js';
import { respondFinished } from './respond-finished.js';

/** What doing the decision may touch. */
export type ProceedPorts = Pick<
  Ports<CodeStore & ConsentStore & GrantStore & InteractionStore & PushedRequestStore>,
  'recordClientUse' | 'issuer' | 'store' | 'secrets' | 'configuration' | 'subjects' | 'now' | 'record'
> &
  PageContext &
  IssueTokensPorts;

/** One attempt to answer a valid request, with what this browser brought. */
export interface Attempt {
  readonly http: HttpRequest;
  readonly request: AuthenticationRequest;
  readonly browserSession: BrowserSession | null;
  readonly cookiesBlocked: boolean;
  /** `null` where the request came just now. */
  readonly interaction: Interaction | null;
}

/** What the End-User is asked to do next, and why. */
export type Step = Extract<AuthorizationDecision, { next: 'interact' }>;

/** Gathers the facts and decides. */
export async function decide(
  attempt: Attempt,
  ports: Pick<Ports<ConsentStore & GrantStore>, 'store' | 'configuration' | 'subjects' | 'now'>,
): Promise<AuthorizationDecision> {
  const { store, configuration, now } = ports;
  const { request, browserSession, interaction } = attempt;
  const { client, target, api, hint } = request;
  const { tenant } = configuration();
  const needsConsents =
    !client.isFirstParty || (api !== null && !api.skipConsentForVerifiableFirstPartyClients);
  const userId = browserSession?.session.userId;
  const hasBoth = hint !== null && userId !== undefined;
  return decideAuthorization(
    {
      request: hasBoth ? { ...request, hint: resolveHint(hint, userId, ports) } : request,
      browserSession,
      cookiesBlocked: attempt.cookiesBlocked,
      limits: { idleMs: tenant.idleSessionLifetimeMs, absoluteMs: tenant.sessionLifetimeMs },
      consents:
        needsConsents && browserSession !== null
          ? await store.findConsents(browserSession.session.userId, client.clientId)
          : [],
      holdings:
        browserSession?.source === 'attachment'
          ? await store.findHoldings(browserSession.session.sid, client.clientId)
          : [],
      clientUnproven: isUnproven(client, target.redirectUri),
      progress: interaction?.progress ?? null,
    },
    now(),
  );
}

/**
 * Decides, and does it: a code, a refusal, or the page that `onInteract` leads to.
 *
 * @param onInteract where the End-User goes next; never called with `prompt=none`.
 */
export async function proceed(
  attempt: Attempt,
  ports: ProceedPorts,
  onInteract: (step: Step) => Promise<HttpResponse>,
): Promise<HttpResponse> {
  const { request, browserSession, interaction, http } = attempt;
  const decision = await decide(attempt, ports);
  if (decision.next === 'interact') return onInteract(decision);
  if (!(await isFirstAnswer(attempt, ports))) return refuseSecondAnswer(attempt, ports);
  switch (decision.next) {
    case 'refuse':
      if (interaction !== null && !(await finish(interaction, ports)))
        return respondFinished({ http, request, browserSession, progress: interaction.progress }, ports);
      recordRefusal(attempt, decision.reason, ports);
      return buildAuthorizationResponse(
        request.target,
        buildErrorParameters(decision.error, decision.reason, request),
        ports.issuer,
      );
    case 'issue': {
      if (browserSession === null) throw new Error('an answer was decided without a session');
      const issued = await issue(request, browserSession, interaction?.id ?? null, ports);
      if (issued.outcome === 'session-ended') {
        // A sign-out won the race. What is true now decides.
        const ended = { ...browserSession, session: { ...browserSession.session, endedAt: ports.now() } };
        const again = { ...attempt, request: { ...request, pushed: null }, browserSession: ended };
        return proceed(again, ports, onInteract);
      }
      if (issued.outcome === 'interaction-finished') {
        if (interaction === null) throw new Error('an interaction was finished that there is not');
        return respondFinished({ http, request, browserSession, progress: interaction.progress }, ports);
      }
      const silent = request.prompt.has('none');
      const { sid, userId } = browserSession.session;
      const { clientId } = request.client;
      ports.record(
        buildEvent(ports.now(), silent ? 'silent.succeeded' : 'authorization.succeeded', {
          sid,
          userId,
          clientId,
          address: http.peerAddress,
        }),
      );
      const response = buildAuthorizationResponse(request.target, issued.parameters, ports.issuer);
      // Used by hand, the cookie lives on; a silent answer prolongs nothing.
      return silent
        ? response
        : withHeaders(response, {
            'set-cookie': buildRenewedCookies(http, browserSession, ports.secrets),
          });
    }
  }
}

/** A pushed request is answered once, by whichever node and tab comes first. @see RFC 9126 §4 */
async function isFirstAnswer(
  { request, interaction }: Attempt,
  { store, now }: Pick<Ports<PushedRequestStore>, 'store' | 'now'>,
): Promise<boolean> {
  if (request.pushed === null) return true;
  const use = { handleHash: request.pushed, interactionId: interaction?.id ?? null, now: now() };
  return (await store.usePushedRequest(use)) === 'first';
}

function refuseSecondAnswer(
  { http, request }: Attempt,
  ports: Pick<Ports, 'now' | 'record'> & PageContext,
): HttpResponse {
  const { clientId, initiateLoginUri } = request.client;
  const facts = { reason: 'request-uri-used', clientId, address: http.peerAddress };
  ports.record(buildEvent(ports.now(), 'authorization.refused', facts));
  const retryUrl = initiateLoginUri ?? originOf(request.target.redirectUri);
  return problemResponse(400, 'interaction-finished', http, ports, { clientId, retryUrl });
}

/** @returns whether nobody has finished it before. */
async function finish(
  { id }: Interaction,
  { store, now }: Pick<Ports<InteractionStore>, 'store' | 'now'>,
): Promise<boolean> {
  return (await store.finishInteraction(id, now())) === 'finished';
}

/** The code first, because an ID token beside it carries its hash. */
async function issue(
  request: AuthenticationRequest,
  browserSession: BrowserSession,
  interactionId: string | null,
  ports: ProceedPorts,
): Promise<
  | { outcome: 'issued'; parameters: ResponseParameters }
  | { outcome: 'session-ended' }
  | { outcome: 'interaction-finished' }
> {
  const { responseTypes } = request;
  await ports.recordClientUse(request.client);
  const code = responseTypes.has('code')
    ? await issueCode(request, browserSession, interactionId, ports)
    : null;
  if (code !== null && code.outcome !== 'issued') return code;
  const codeParameters: ResponseParameters = code === null ? [] : [['code', code.code]];
  if (!responseTypes.has('token') && !responseTypes.has('id_token')) {
    return { outcome: 'issued', parameters: codeParameters };
  }
  // What the code has finished, the tokens beside it do not finish once more.
  const finishes = code === null ? interactionId : null;
  const tokens = await issueTokens(request, browserSession.session, code?.code ?? null, finishes, ports);
  return tokens.outcome === 'issued'
    ? { outcome: 'issued', parameters: [...codeParameters, ...tokens.parameters] }
    : tokens;
}

function recordRefusal(
  { http, request, browserSession }: Attempt,
  reason: Reason,
  ports: Pick<Ports, 'now' | 'record'>,
): void {
  const { clientId } = request.client;
  const { sid = null, userId = null } = browserSession?.session ?? {};
  const name = request.prompt.has('none') ? 'silent.refused' : 'authorization.refused';
  ports.record(buildEvent(ports.now(), name, { reason, clientId, sid, userId, address: http.peerAddress }));
}

/** The page of a step. */
export function pageOf(step: Step['step'], interactionId: string, startsWithSignUp: boolean): HttpResponse {
  const page = step === 'login' && startsWithSignUp ? 'signup' : step;
  return seeOther(`/u/${page}?state=${interactionId}`);
}
