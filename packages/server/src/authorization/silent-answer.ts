import type { Reason } from '@sojourn/protocol';
import { buildEvent } from '../events/events.js';
import { ConfigurationChanged, StoreUnavailable } from '../fault/fault.js';
import { originOf } from '../http/origin.js';
import type { HttpRequest, HttpResponse } from '../http/request.js';
import { withHeaders } from '../http/responses.js';
import { type PageContext, problemResponse } from '../pages/page-response.js';
import type { Ports } from '../ports.js';
import type { AttachmentStore } from '../session/attachment-store.js';
import { type FoundBrowserSession, findSilentSession } from '../session/browser-session.js';
import { withSuccessor } from '../session/renewed-cookies.js';
import type { SessionStore } from '../session/session-store.js';
import { silentLimit } from '../session/silent-limit.js';
import type { AuthenticationRequest } from './authentication-request.js';
import { buildAuthorizationResponse, buildErrorParameters } from './authorization-response.js';
import { buildAnswerOfOneLength } from './one-length.js';
import { type ProceedPorts, proceed } from './proceed.js';
import { decideSilentPlace } from './silent-place.js';

/** What a silent answer may touch. */
export type SilentAnswerPorts = Pick<
  Ports<AttachmentStore & SessionStore>,
  'issuer' | 'store' | 'secrets' | 'configuration' | 'now' | 'record' | 'logFault'
> &
  PageContext &
  ProceedPorts;

type MayAsk = ReturnType<typeof silentLimit>;

/**
 * What a valid request with `prompt=none` is answered. Never a page to act on, and nothing at all to a page that is not the
 * client's: for that no cookie is read.
 *
 * @see OIDC Core §3.1.2.6 · design.md 4 · security.md 57, 59
 */
export function silentAnswers(
  ports: SilentAnswerPorts,
): (http: HttpRequest, request: AuthenticationRequest) => Promise<HttpResponse> {
  const mayAsk = silentLimit();
  return async (http, request) => {
    const { client } = request;
    const asked = decideSilentPlace(http, client.webOrigins);
    if (asked.outcome === 'foreign')
      return problemResponse(400, 'framed', http, ports, { clientId: client.clientId });
    const response = await answerOrApologize(http, request, asked.place, mayAsk, ports);
    return asked.isUnnamed ? buildAnswerOfOneLength(response, request) : response;
  };
}

/** Trouble of ours is never called login_required: SDKs end the End-User's session on that. */
async function answerOrApologize(
  http: HttpRequest,
  request: AuthenticationRequest,
  place: string,
  mayAsk: MayAsk,
  ports: SilentAnswerPorts,
): Promise<HttpResponse> {
  try {
    return await answer(http, request, place, mayAsk, ports);
  } catch (error) {
    if (error instanceof ConfigurationChanged) throw error;
    ports.logFault(error, http);
    return error instanceof StoreUnavailable
      ? refuse(http, request, 'temporarily_unavailable', 'store-unavailable', ports)
      : refuse(http, request, 'server_error', 'internal-fault', ports);
  }
}

async function answer(
  http: HttpRequest,
  request: AuthenticationRequest,
  place: string,
  mayAsk: MayAsk,
  ports: SilentAnswerPorts,
): Promise<HttpResponse> {
  const { found, drop } = await findSession(http, request, ports);
  if (found !== null) {
    const asker = {
      sid: found.session.sid,
      address: http.peerAddress,
      clientId: request.client.clientId,
      place,
    };
    if (!mayAsk(asker, ports.now()))
      return refuse(http, request, 'temporarily_unavailable', 'too-many-silent-requests', ports);
  }
  const attempt = {
    http,
    request: found?.source === 'attachment' ? withoutOfflineAccess(request) : request,
    browserSession: found,
    cookiesBlocked: found === null && http.header('sec-fetch-storage-access') === 'none',
    interaction: null,
  };
  const proceeded = await proceed(attempt, ports, async () => {
    throw new Error('an interaction was decided for prompt=none');
  });
  const response = withSuccessor(proceeded, http, found, ports.secrets);
  return drop.length === 0 ? response : withHeaders(response, { 'set-cookie': drop });
}

async function findSession(
  http: HttpRequest,
  { client, target }: AuthenticationRequest,
  ports: SilentAnswerPorts,
): Promise<FoundBrowserSession> {
  const origin = target.mode === 'web_message' ? originOf(target.redirectUri) : null;
  // Switched off later, attachments that were handed out before answer no more.
  const place = origin === null || !client.attach ? null : { clientId: client.clientId, origin };
  return findSilentSession(http, place, ports);
}

/** An attachment renews what is there; it never begins a refresh token family. @see design.md 4 */
function withoutOfflineAccess(request: AuthenticationRequest): AuthenticationRequest {
  return { ...request, scope: request.scope.filter((value) => value !== 'offline_access') };
}

/** An answer that says nothing of the End-User's session. */
function refuse(
  http: HttpRequest,
  request: AuthenticationRequest,
  error: 'temporarily_unavailable' | 'server_error',
  reason: Reason,
  { record, now, issuer }: Pick<Ports, 'issuer' | 'now' | 'record'>,
): HttpResponse {
  const { client, target } = request;
  const { clientId } = client;
  record(buildEvent(now(), 'silent.refused', { reason, clientId, address: http.peerAddress }));
  return buildAuthorizationResponse(target, buildErrorParameters(error, reason, request), issuer);
}
