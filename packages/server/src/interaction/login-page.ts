import type { InteractionStore } from '../browser/interaction-store.js';
import type { AttemptStore } from '../credential/attempt-store.js';
import { buildEvent } from '../events/events.js';
import type { Parameters } from '../http/parameters.js';
import type { HttpResponse } from '../http/request.js';
import { withHeaders } from '../http/responses.js';
import type { MessageUnder } from '../pages/catalogue.js';
import type { Page } from '../pages/page.js';
import { type PageContext, pageResponse } from '../pages/page-response.js';
import type { Ports } from '../ports.js';
import { isEnded, type Session } from '../session/session.js';
import type { SessionStore } from '../session/session-store.js';
import { resolveHint } from '../token/id-token-hint.js';
import { identifierKey } from '../user/identifier.js';
import { buildLoginAttemptBuckets, LOGIN_ATTEMPT_WINDOW_MS } from '../user/login-throttle.js';
import { PasswordQueueFull } from '../user/password-hashing.js';
import type { User } from '../user/user.js';
import type { UserStore } from '../user/user-store.js';
import { authenticateBrowser } from './authenticate-browser.js';
import type { InteractionPage, Visit } from './interaction-page.js';

/** What the login page may touch. */
export type LoginPagePorts = Pick<
  Ports<AttemptStore & InteractionStore & SessionStore & UserStore>,
  'store' | 'secrets' | 'passwords' | 'configuration' | 'subjects' | 'now' | 'record'
> &
  PageContext;

type LoginPage = Extract<Page, { page: 'login' }>;

/** Sign in with email or username and password. @see design.md 4 · security.md 51, 52 */
export function loginPage(ports: LoginPagePorts): InteractionPage {
  return {
    step: 'login',
    path: '/u/login',
    show: async (visit) => show(200, visit, { identifier: await prefill(visit, ports) }, ports),
    submit: (visit, form) => submit(visit, form, ports),
  };
}

async function submit(visit: Visit, form: Parameters, ports: LoginPagePorts): Promise<HttpResponse> {
  const identifier = form.get('username') ?? '';
  const password = form.get('password') ?? '';
  const again = (status: number, error: NonNullable<LoginPage['error']>) =>
    show(status, visit, { identifier: identifier.slice(0, 254), error }, ports);
  if (identifier === '') return again(400, { field: 'username', key: 'login.error.username-missing' });
  if (password === '') return again(400, { field: 'password', key: 'login.error.password-missing' });

  const { store, passwords, now } = ports;
  const { http, request } = visit;
  const key = identifierKey(identifier);
  const readAt = now();
  const user = key === null ? null : await store.findUserByIdentifier(key);
  const remembered = rememberedSession(visit);
  const known = remembered !== null && remembered.userId === user?.userId;
  const attempt = await store.reserveLoginAttempt({
    buckets: buildLoginAttemptBuckets({
      accountKey: key,
      userId: user?.userId ?? null,
      address: http.peerAddress,
      knownBrowser: known ? remembered.sid : null,
    }),
    windowMs: LOGIN_ATTEMPT_WINDOW_MS,
    now: now(),
  });
  const facts = {
    clientId: request.client.clientId,
    userId: user?.userId ?? null,
    address: http.peerAddress,
  };
  if (attempt.outcome === 'limited') {
    ports.record(buildEvent(now(), 'login.limited', facts));
    const waitMs = attempt.retryAt - now();
    const response = again(429, {
      field: 'form',
      key: 'login.error.too-many-attempts',
      values: { wait: { waitMs } },
    });
    return withHeaders(response, { 'retry-after': String(Math.ceil(waitMs / 1000)) });
  }

  let verified: { matches: boolean; needsRehash: boolean };
  try {
    // Exactly one verification whether or not the account exists.
    verified = await passwords.verify(user?.passwordHash ?? null, password);
  } catch (error) {
    await store.releaseLoginAttempt(attempt.reservation);
    if (!(error instanceof PasswordQueueFull)) throw error;
    const response = again(503, { field: 'form', key: 'login.error.busy' });
    return withHeaders(response, { 'retry-after': String(error.retryAfterSeconds) });
  }
  const refuse = (reason: string) => {
    ports.record(buildEvent(now(), 'login.failed', { ...facts, reason }));
    const key = signUpUrl(visit, ports) === null ? 'login.error.mismatch' : 'login.error.mismatch-or-sign-up';
    return again(400, { field: 'password', key });
  };
  if (user === null || !verified.matches || user.blocked)
    return refuse(user === null ? 'unknown-user' : user.blocked ? 'user-blocked' : 'wrong-password');
  await store.releaseLoginAttempt(attempt.reservation);
  if (verified.needsRehash && user.passwordHash !== null) {
    const to = await passwords.hash(password);
    await store.rehashPassword({ userId: user.userId, from: user.passwordHash, to });
  }
  const authentication = {
    authenticatedAt: readAt,
    amr: ['pwd'],
    acr: null,
    event: 'login.succeeded',
  } as const;
  return (await authenticateBrowser(user, authentication, visit, ports)) ?? refuse('proof-outdated');
}

/** The session that this browser's cookie still speaks for, live or expired; an ended one's is anonymous. */
function rememberedSession({ browserSession }: Visit): Session | null {
  const session = browserSession?.session ?? null;
  return session === null || isEnded(session) ? null : session;
}

/** What the application hints at, else the account whose session this browser still remembers. */
async function prefill(
  visit: Visit,
  ports: Pick<Ports<UserStore>, 'store' | 'configuration' | 'subjects'>,
): Promise<string> {
  const { request, interaction } = visit;
  const session = rememberedSession(visit);
  if (request.loginHint !== null) return request.loginHint;
  if (session === null || interaction.progress.wantsAnotherAccount) return '';
  const hint = request.hint && resolveHint(request.hint, session.userId, ports);
  if (hint !== null && hint.sub !== session.userId) return '';
  const user: User | null = await ports.store.findUser(session.userId);
  return user?.email ?? user?.username ?? '';
}

function show(
  status: number,
  visit: Visit,
  content: { identifier: string; error?: LoginPage['error'] },
  ports: Pick<Ports, 'configuration' | 'now'> & PageContext,
): HttpResponse {
  const { form, client, http, request } = visit;
  const { identifier, error = null } = content;
  const page: LoginPage = {
    page: 'login',
    form,
    client,
    identifier,
    notice: error === null ? noticeOf(visit, ports.now()) : null,
    error,
    signUpUrl: signUpUrl(visit, ports),
  };
  return pageResponse(status, page, http, ports, request.uiLocales);
}

function signUpUrl({ interaction }: Visit, { configuration }: Pick<Ports, 'configuration'>): string | null {
  const open = configuration().databases.some(({ disableSignup }) => !disableSignup);
  return open ? `/u/signup?state=${interaction.id}` : null;
}

/** Why somebody who may think to be signed in is asked all the same. */
function noticeOf(visit: Visit, now: number): MessageUnder<'login.notice'> | null {
  const { step, client } = visit;
  const session = rememberedSession(visit);
  if (session === null) return null;
  switch (step.reason) {
    case 'session-expired-idle':
      return { key: 'login.notice.idle', values: { away: { elapsedMs: now - session.lastActiveAt } } };
    case 'session-expired-absolute':
      return { key: 'login.notice.absolute', values: { ago: { elapsedMs: now - session.authenticatedAt } } };
    case 'max-age-exceeded':
    case 'login-requested':
      return { key: 'login.notice.confirm', values: { client: client.name } };
    case 'hint-is-another-end-user':
      return { key: 'login.notice.another-account', values: { client: client.name } };
    default:
      return null;
  }
}
