import type { InteractionProgress } from '../browser/interaction-store.js';
import { originOf } from '../http/origin.js';
import type { HttpRequest, HttpResponse } from '../http/request.js';
import { pageResponse, problemResponse } from '../pages/page-response.js';
import type { Ports } from '../ports.js';
import type { BrowserSession } from '../session/browser-session.js';
import { decideSessionState } from '../session/session.js';
import type { AuthenticationRequest } from './authentication-request.js';

/**
 * The answer to whoever comes to an interaction that has ended: another tab was first, or the answer with the code was
 * lost. No second code, and no error where none is: the page says what is true and leads back to the application.
 */
export function respondFinished(
  {
    http,
    request,
    browserSession,
    progress,
  }: {
    http: HttpRequest;
    request: AuthenticationRequest;
    browserSession: BrowserSession | null;
    progress: InteractionProgress;
  },
  ports: Pick<Ports, 'configuration' | 'now' | 'logProblem'>,
): HttpResponse {
  const { client, target, uiLocales } = request;
  const { tenant } = ports.configuration();
  const limits = { idleMs: tenant.idleSessionLifetimeMs, absoluteMs: tenant.sessionLifetimeMs };
  const continueUrl = client.initiateLoginUri ?? originOf(target.redirectUri);
  const isSignedIn =
    browserSession !== null &&
    decideSessionState(browserSession.session, limits, ports.now()).state === 'live';
  if (!isSignedIn || progress.consentDenied) {
    const details = { clientId: client.clientId, retryUrl: continueUrl };
    return problemResponse(400, 'interaction-finished', http, ports, details);
  }
  return pageResponse(200, { page: 'signed-in', client, continueUrl }, http, ports, uiLocales);
}
