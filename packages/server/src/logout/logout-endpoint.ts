import { bindBrowser, buildBrowserCookie, findBinding } from '../browser/browser-binding.js';
import { buildFormToken, type FormSubject, judgeFormToken } from '../browser/form-token.js';
import { keepForGet, readGetParameters } from '../browser/posted-request.js';
import type { PostedRequestStore } from '../browser/posted-request-store.js';
import { buildEvent } from '../events/events.js';
import { isCrossSite, isFromServer, isSameOrigin, isTopLevelNavigation } from '../http/fetch-metadata.js';
import { originOf } from '../http/origin.js';
import { type Parameters, parseForm, parseFormBody } from '../http/parameters.js';
import type { Handler, HttpRequest, HttpResponse } from '../http/request.js';
import { seeOther, text, withHeaders } from '../http/responses.js';
import { type PageContext, pageResponse, problemResponse, tooMuchKept } from '../pages/page-response.js';
import type { Ports } from '../ports.js';
import type { Session } from '../session/session.js';
import { buildExpiredSessionCookies } from '../session/session-cookies.js';
import type { SessionStore } from '../session/session-store.js';
import { findSessionToEnd, type SessionToEnd, signOutBrowser } from '../session/sign-out.js';
import { resolveHint, verifyIdTokenHint } from '../token/id-token-hint.js';
import type { UserStore } from '../user/user-store.js';
import {
  decideLogout,
  type HintedSession,
  type LogoutFacts,
  linkBackTo,
  registeredOrigins,
} from './decide-logout.js';
import {
  buildReturn,
  type LogoutRequest,
  type ParsedLogoutRequest,
  parseAuth0Logout,
  parseConfirmedLogout,
  parseRpInitiatedLogout,
} from './logout-request.js';

/** What the logout endpoint may touch. */
export type LogoutEndpointPorts = Pick<
  Ports<PostedRequestStore & SessionStore & UserStore>,
  'issuer' | 'store' | 'secrets' | 'keys' | 'configuration' | 'subjects' | 'now' | 'mayKeep'
> &
  PageContext;

/** What the confirmation form's token is for: the session that the page was shown for, and no later one of this browser. */
function formSubject(browserHash: string, { sid }: Session): FormSubject {
  return { browserHash, purpose: 'sign-out', sid };
}

/** Auth0's sign-out address. @see auth0-wire.md 7 */
export function auth0LogoutEndpoint(ports: LogoutEndpointPorts): Handler {
  const parse = (parameters: Parameters) =>
    parseAuth0Logout(parameters, ports.configuration(), (hint) => verifyIdTokenHint(hint, ports));
  return async (http) => {
    const parameters = parseForm(http.rawQuery);
    return logOut(http, parameters === null ? MALFORMED : parse(parameters), ports);
  };
}

/** The end session endpoint. @see RP-Initiated Logout 1.0 §2 */
export function endSessionEndpoint(ports: LogoutEndpointPorts): Handler {
  const parse = (parameters: Parameters) =>
    parseRpInitiatedLogout(parameters, ports.configuration(), (hint) => verifyIdTokenHint(hint, ports));
  return async (http) => {
    if (http.method === 'POST') {
      const form = parseFormBody(http.header('content-type'), http.rawBody);
      const parsed = form !== null && http.rawQuery === '' ? parse(form) : MALFORMED;
      // A server has no cookies that would come with the next request only.
      if (parsed.outcome === 'refused' || isFromServer(http)) return logOut(http, parsed, ports);
      return (await keepForGet(http, ports)) ?? tooMuchKept(http, ports);
    }
    const parameters = await readGetParameters(http, ports);
    return logOut(http, parameters === null ? MALFORMED : parse(parameters), ports);
  };
}

/** The confirmation page's form. */
export function confirmLogoutEndpoint(ports: LogoutEndpointPorts): Handler {
  return async (http) => {
    const form = parseFormBody(http.header('content-type'), http.rawBody);
    if (form === null) return problemResponse(400, 'bad-request', http, ports);
    const binding = findBinding(http, ports.secrets);
    if (isCrossSite(http, ports.issuer) || binding === null)
      return problemResponse(403, 'cross-site', http, ports);
    const found = (await findSessionToEnd(http, ports)) ?? (await findNamed(form, ports));
    if (found !== null) {
      const subject = formSubject(binding.browserHash, found.session);
      const verdict = judgeFormToken(ports.secrets, subject, form.get('csrf') ?? '');
      if (verdict === 'foreign') return problemResponse(403, 'cross-site', http, ports);
      if (verdict === 'outdated') return problemResponse(403, 'form-outdated', http, ports);
    }
    const parsed = parseConfirmedLogout(form, ports.configuration());
    if (parsed.outcome === 'refused') return problemResponse(400, 'bad-request', http, ports);
    return found === null
      ? signedOut(http, parsed.request, 0, ports)
      : end(http, parsed.request, found, ports);
  };
}

/** A session that is not this browser's: its client's hint names it. */
interface Hinted {
  readonly session: Session;
  readonly by: 'hint';
}

/** The session that a hint named to a browser without one of its own: the form's token says that it was asked. */
async function findNamed(
  form: Parameters,
  { store }: Pick<Ports<SessionStore>, 'store'>,
): Promise<Hinted | null> {
  const sid = form.get('sid');
  const session = sid === undefined ? null : await store.findSession(sid);
  return session === null || session.endedAt !== null ? null : { session, by: 'hint' };
}

/** A page of its own, for tenants that send people here. */
export function signedOutEndpoint(ports: PageContext): Handler {
  return async (http) =>
    pageResponse(200, { page: 'signed-out', applications: 0, continueUrl: null }, http, ports);
}

const MALFORMED: ParsedLogoutRequest = { outcome: 'refused', reason: 'malformed' };

async function logOut(
  http: HttpRequest,
  parsed: ParsedLogoutRequest,
  ports: LogoutEndpointPorts,
): Promise<HttpResponse> {
  if (parsed.outcome === 'refused') {
    return parsed.reason === 'return-unregistered'
      ? problemResponse(400, 'unknown-return', http, ports, {
          developer: 'the address to return to must equal one of the client’s allowed_logout_urls exactly.',
        })
      : problemResponse(400, parsed.reason === 'malformed' ? 'bad-request' : 'unknown-client', http, ports);
  }
  const { request } = parsed;
  const found = await findSessionToEnd(http, ports);
  const session = found?.session ?? null;
  const hinted = session === null ? await findHinted(request.hint, ports) : null;
  const named = session ?? hinted?.session ?? null;
  const { hint } = request;
  const decision = decideLogout(
    {
      session,
      hint: named === null || typeof hint === 'string' ? hint : resolveHint(hint, named.userId, ports),
      hinted,
      visitor: isFromServer(http) ? 'server' : isTopLevelNavigation(http) ? 'person' : 'nobody',
      cameFrom: session === null ? 'elsewhere' : await findWhereFrom(http, request, session, ports),
      dialect: request.dialect,
    },
    ports.now(),
  );
  switch (decision.next) {
    case 'ignore':
      return text(403, 'Signing out needs a visit to this page. Nothing was changed.');
    case 'refuse':
      return isFromServer(http)
        ? text(400, 'This id_token_hint ends no session. Nothing was changed.')
        : problemResponse(400, 'bad-request', http, ports, {
            developer: 'the session that id_token_hint names goes on, and not in this browser.',
          });
    case 'nothing-to-end':
      return signedOut(http, request, 0, ports);
    case 'ask':
      return ask(http, request, found ?? { session: decision.session, by: 'hint' }, ports);
    case 'end':
      return end(http, request, found ?? { session: decision.session, by: 'hint' }, ports);
  }
}

/** What a hint says without a cookie: the session of its `sid`, and whether its client took part in it. */
async function findHinted(
  hint: LogoutRequest['hint'],
  { store, configuration }: Pick<Ports<SessionStore>, 'store' | 'configuration'>,
): Promise<HintedSession | null> {
  if (typeof hint === 'string' || hint.sid === null) return null;
  const client = configuration().clients.get(hint.clientId);
  const session = await store.findSession(hint.sid);
  if (client === undefined || session === null) return null;
  const participants = await store.findParticipants(session.sid);
  return { session, client, isParticipant: participants.includes(client.clientId) };
}

async function findWhereFrom(
  http: HttpRequest,
  { dialect }: LogoutRequest,
  { sid }: Session,
  { store, configuration, issuer }: Pick<Ports<SessionStore>, 'issuer' | 'store' | 'configuration'>,
): Promise<LogoutFacts['cameFrom']> {
  if (isSameOrigin(http, issuer)) return 'own-page';
  const origin = originOf(http.header('referer'));
  // Only one of the two addresses asks further.
  if (origin === null || dialect === 'oidc') return 'elsewhere';
  const { clients } = configuration();
  const participants = await store.findParticipants(sid);
  const isOfParticipant = participants.some((id) => {
    const participant = clients.get(id);
    return participant !== undefined && registeredOrigins(participant).includes(origin);
  });
  return isOfParticipant ? 'participant' : 'elsewhere';
}

/** Names the account only where the session's own cookie does. */
async function ask(
  http: HttpRequest,
  request: LogoutRequest,
  { session, by }: SessionToEnd | Hinted,
  ports: Pick<Ports<UserStore>, 'store' | 'secrets' | 'now'> & PageContext,
): Promise<HttpResponse> {
  const { secrets } = ports;
  const binding = bindBrowser(http, secrets, ports.now());
  const user = by === 'cookie' ? await ports.store.findUser(session.userId) : null;
  // The form's token is for this session, so that nobody can write another one here.
  const fields: [string, string][] = by === 'hint' ? [['sid', session.sid]] : [];
  if (request.client !== null) fields.push(['client_id', request.client.clientId]);
  if (request.returnTo !== null) fields.push(['return_to', request.returnTo]);
  if (request.returnTo !== null && request.state !== null) fields.push(['return_state', request.state]);
  const response = pageResponse(
    200,
    {
      page: 'confirm-logout',
      form: {
        action: '/u/logout',
        state: '',
        csrf: buildFormToken(secrets, formSubject(binding.browserHash, session)),
      },
      account: by === 'cookie' ? (user?.email ?? user?.username ?? '') : null,
      isElsewhere: by === 'hint',
      fields,
      cancelUrl: linkBackTo(request.client),
    },
    http,
    ports,
  );
  return withHeaders(response, { 'set-cookie': [buildBrowserCookie(binding, secrets)] });
}

async function end(
  http: HttpRequest,
  request: LogoutRequest,
  { session, by }: SessionToEnd | Hinted,
  ports: Pick<Ports<SessionStore>, 'store' | 'secrets' | 'now'> & PageContext,
): Promise<HttpResponse> {
  const clientId = request.client?.clientId ?? null;
  if (by !== 'hint') {
    const { applications, cookies } = await signOutBrowser(http, clientId, ports);
    return signedOut(http, request, applications, ports, cookies);
  }
  const now = ports.now();
  const { sid, userId } = session;
  const facts = { sid, userId, clientId, address: http.peerAddress };
  const ended = await ports.store.endSession({
    sid,
    reason: 'signed-out',
    now,
    events: [buildEvent(now, 'session.signed-out', facts)],
  });
  return signedOut(http, request, ended.outcome === 'ended' ? ended.participants.length : 0, ports);
}

/** Only after the row says so does the browser forget: a lost answer leaves a cookie of an ended session. */
function signedOut(
  http: HttpRequest,
  request: LogoutRequest,
  applications: number,
  ports: PageContext,
  cookies: readonly string[] = buildExpiredSessionCookies(),
): HttpResponse {
  const location = buildReturn(request);
  if (isFromServer(http)) return location === null ? text(200, 'Signed out.') : seeOther(location);
  const response =
    location === null
      ? pageResponse(
          200,
          { page: 'signed-out', applications, continueUrl: linkBackTo(request.client) },
          http,
          ports,
        )
      : seeOther(location);
  return withHeaders(response, { 'set-cookie': cookies });
}
