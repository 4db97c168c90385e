import type { InteractionStore } from '../browser/interaction-store.js';
import { makeUserId } from '../configuration/made-identifiers.js';
import type { AttemptStore } from '../credential/attempt-store.js';
import { buildEvent } from '../events/events.js';
import type { Parameters } from '../http/parameters.js';
import type { HttpResponse } from '../http/request.js';
import { seeOther, withHeaders } from '../http/responses.js';
import type { Page } from '../pages/page.js';
import { type PageContext, pageResponse } from '../pages/page-response.js';
import type { Ports } from '../ports.js';
import type { SessionStore } from '../session/session-store.js';
import { parseEmail } from '../user/identifier.js';
import { buildLoginAttemptBuckets, LOGIN_ATTEMPT_WINDOW_MS } from '../user/login-throttle.js';
import { hasLookAlikeLetters } from '../user/look-alikes.js';
import { PasswordQueueFull } from '../user/password-hashing.js';
import { decidePassword, PASSWORD_CHARACTERS_AT_LEAST } from '../user/password-policy.js';
import type { User } from '../user/user.js';
import type { UserStore } from '../user/user-store.js';
import { authenticateBrowser } from './authenticate-browser.js';
import { type InteractionPage, toContinue, type Visit } from './interaction-page.js';

/** What the sign up page may touch. */
export type SignUpPagePorts = Pick<
  Ports<AttemptStore & InteractionStore & SessionStore & UserStore>,
  'store' | 'secrets' | 'passwords' | 'configuration' | 'now' | 'record'
> &
  PageContext;

type SignUpPage = Extract<Page, { page: 'sign-up' }>;

/** Create an account; it is the login step by another door. */
export function signUpPage(ports: SignUpPagePorts): InteractionPage {
  return {
    step: 'login',
    path: '/u/signup',
    show: async (visit) => show(200, visit, visit.request.loginHint ?? '', null, ports),
    submit: (visit, form) => submit(visit, form, ports),
  };
}

async function submit(visit: Visit, form: Parameters, ports: SignUpPagePorts): Promise<HttpResponse> {
  const written = form.get('email') ?? '';
  const password = form.get('password') ?? '';
  const again = (status: number, error: NonNullable<SignUpPage['error']>) =>
    show(status, visit, written.slice(0, 254), error, ports);

  const { store, passwords, now } = ports;
  const { http, request } = visit;
  const database = openDatabase(ports);
  if (database === null) return toLogin(visit);
  const email = parseEmail(written);
  if (email === null) return again(400, { field: 'email', key: 'sign-up.error.email-invalid' });
  if (hasLookAlikeLetters(email.text))
    return again(400, { field: 'email', key: 'sign-up.error.email-look-alike' });
  switch (decidePassword(password, { email: email.text, username: null })) {
    case 'too-short':
      return again(400, {
        field: 'password',
        key: 'sign-up.error.password-too-short',
        values: { minimum: PASSWORD_CHARACTERS_AT_LEAST },
      });
    case 'too-long':
      return again(400, { field: 'password', key: 'sign-up.error.password-too-long' });
    case 'too-common':
    case 'same-as-identifier':
      return again(400, { field: 'password', key: 'sign-up.error.password-too-common' });
    case 'acceptable':
      break;
  }

  // Sign-up tells whether an address is taken; without mail it cannot do otherwise. So asking is counted, never released.
  const attempt = await store.reserveLoginAttempt({
    buckets: buildLoginAttemptBuckets({
      accountKey: email.key,
      userId: null,
      address: http.peerAddress,
      knownBrowser: null,
    }),
    windowMs: LOGIN_ATTEMPT_WINDOW_MS,
    now: now(),
  });
  const facts = { clientId: request.client.clientId, address: http.peerAddress };
  if (attempt.outcome === 'limited') {
    ports.record(buildEvent(now(), 'login.limited', facts));
    const waitMs = attempt.retryAt - now();
    const response = again(429, {
      field: 'form',
      key: 'sign-up.error.too-many-attempts',
      values: { wait: { waitMs } },
    });
    return withHeaders(response, { 'retry-after': String(Math.ceil(waitMs / 1000)) });
  }
  let passwordHash: string;
  try {
    passwordHash = await passwords.hash(password);
  } catch (error) {
    if (!(error instanceof PasswordQueueFull)) throw error;
    const response = again(503, { field: 'form', key: 'sign-up.error.busy' });
    return withHeaders(response, { 'retry-after': String(error.retryAfterSeconds) });
  }
  const user = newUser(email.text, passwordHash, database, now());
  const events = [buildEvent(now(), 'user.created', { ...facts, userId: user.userId, reason: 'sign-up' })];
  if ((await store.createUser({ user, identifierKeys: [email.key] }, events)) === 'identifier-taken') {
    ports.record(buildEvent(now(), 'signup.failed', { ...facts, reason: 'identifier-taken' }));
    return again(400, { field: 'email', key: 'sign-up.error.account-exists' });
  }
  const authentication = {
    authenticatedAt: user.createdAt,
    amr: ['pwd'],
    acr: null,
    event: 'signup.succeeded',
  } as const;
  return (await authenticateBrowser(user, authentication, visit, ports)) ?? toContinue(visit.interaction.id);
}

function loginUrl({ interaction }: Visit): string {
  return `/u/login?state=${interaction.id}`;
}

/** Where nobody may sign up. Not by `/continue`: a request with `screen_hint=signup` would come back here for ever. */
function toLogin(visit: Visit): HttpResponse {
  return seeOther(loginUrl(visit));
}

function openDatabase({ configuration }: Pick<Ports, 'configuration'>): string | null {
  return configuration().databases.find(({ disableSignup }) => !disableSignup)?.name ?? null;
}

function newUser(email: string, passwordHash: string, connection: string, now: number): User {
  return {
    userId: makeUserId(),
    connection,
    email,
    emailVerified: false,
    username: null,
    passwordHash,
    claims: { name: email, nickname: email.slice(0, email.lastIndexOf('@')) },
    userMetadata: {},
    appMetadata: {},
    blocked: false,
    notBefore: 0,
    createdAt: now,
    updatedAt: now,
  };
}

function show(
  status: number,
  visit: Visit,
  email: string,
  error: SignUpPage['error'],
  ports: Pick<Ports, 'configuration'> & PageContext,
): HttpResponse {
  if (openDatabase(ports) === null) return toLogin(visit);
  const { form, client, http, request } = visit;
  const page: SignUpPage = { page: 'sign-up', form, client, email, error, loginUrl: loginUrl(visit) };
  return pageResponse(status, page, http, ports, request.uiLocales);
}
