import { authorizationEndpoint } from './authorization/authorization-endpoint.js';
import { clientLogos } from './client/client-logos.js';
import { clientUse } from './client/client-use.js';
import { remoteKeys } from './client/remote-keys.js';
import { secretThrottle } from './client/secret-throttle.js';
import { loadSubjects } from './client/subject.js';
import { startConfiguration } from './configuration/configuration-in-force.js';
import { checkSecrets } from './credential/secret-check.js';
import type { Secrets } from './credential/secrets.js';
import { appSiteAssociationEndpoint, assetLinksEndpoint } from './discovery/app-links-endpoint.js';
import { discoveryEndpoint } from './discovery/discovery-endpoint.js';
import { EventBatch } from './events/event-batch.js';
import { buildFaultResponse, ConfigurationChanged, isTemporaryFault } from './fault/fault.js';
import { introspectionEndpoint } from './grant/introspection-endpoint.js';
import { pushedRequestEndpoint } from './grant/pushed-request-endpoint.js';
import { revocationEndpoint } from './grant/revocation-endpoint.js';
import { tokenEndpoint } from './grant/token-endpoint.js';
import { healthEndpoint, readinessEndpoint } from './health/health-endpoints.js';
import { startHeartbeat } from './health/heartbeat.js';
import { keepingLimit } from './http/keeping-limit.js';
import type { Handler, HttpRequest, HttpResponse } from './http/request.js';
import { buildBaseHeaders, json, withHeaders } from './http/responses.js';
import { consentPage } from './interaction/consent-page.js';
import { continueEndpoint } from './interaction/continue-endpoint.js';
import { interactionPage } from './interaction/interaction-page.js';
import { loginPage } from './interaction/login-page.js';
import { selectAccountPage } from './interaction/select-account-page.js';
import { signUpPage } from './interaction/sign-up-page.js';
import { certificateEndpoint, jwksEndpoint } from './keys/jwks-endpoint.js';
import {
  deleteRetiredSigningKey,
  type KeyAlg,
  loadKeyring,
  type RotationOutcome,
  rotateSigningKey,
  type SigningKey,
} from './keys/signing-keys.js';
import {
  auth0LogoutEndpoint,
  confirmLogoutEndpoint,
  endSessionEndpoint,
  signedOutEndpoint,
} from './logout/logout-endpoint.js';
import { guardOutbound, type OutboundOptions } from './outbound/guarded-call.js';
import { problemResponse } from './pages/page-response.js';
import type { Ports } from './ports.js';
import { expireRegistrations } from './registration/expire-registrations.js';
import {
  REGISTERED_CLIENT_PATH,
  registeredClientEndpoint,
} from './registration/registered-client-endpoint.js';
import { registrationEndpoint } from './registration/registration-endpoint.js';
import { startCleanUp } from './store/clean-up.js';
import type { Store } from './store/store.js';
import { avatarEndpoint } from './user/avatar-endpoint.js';
import { AVATAR_PATH } from './user/generated-profile.js';
import { startPasswordHashing } from './user/password-hashing.js';
import { userinfoEndpoint } from './userinfo/userinfo-endpoint.js';

/** A line for the operator. Never holds a secret. */
export interface LogLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** What a server is made of. Only issuer, store and secrets are needed. */
export interface AuthorizationServerOptions {
  /** The issuer identifier: an origin and `/`, nothing else. */
  readonly issuer: string;
  readonly store: Store;
  readonly secrets: Secrets;
  /** Milliseconds since the epoch, for stores without a clock of their own. Default `Date.now`. */
  readonly clock?: () => number;
  readonly log?: (line: LogLine) => void;
  /** What the server may call of its own network, and whom it trusts there. Default: nothing, nobody. */
  readonly outbound?: Omit<OutboundOptions, 'onFailure'>;
  /** Told of each password verification, for those who count them. */
  readonly onPasswordVerification?: () => void;
  /** Whether it says each second that it can answer. Default true; tests that move the clock say false. */
  readonly heartbeat?: boolean;
}

/** A running server, for a listener to ask. */
export interface AuthorizationServer {
  readonly handle: Handler;
  /** Reads the configuration anew, after the store's was changed. */
  reloadConfiguration(): Promise<void>;
  readonly keys: KeyAdministration;
  /** Writes the events not yet written and ends the password threads. Leaves the store open. */
  close(): Promise<void>;
}

/** What an operator may do with the signing keys of the running server. */
export interface KeyAdministration {
  list(): Pick<SigningKey, 'kid' | 'alg' | 'status' | 'createdAt' | 'retiredAt'>[];
  /** @param options.force although verifiers may not have seen the next key yet. */
  rotate(alg: KeyAlg, options: { force: boolean }): Promise<RotationOutcome>;
  /** Forgets a retired key. */
  retire(kid: string): Promise<'deleted' | 'not-retired'>;
}

/**
 * Puts the server together. No protocol stands here: ports, routes, and what a fault is answered with.
 *
 * @throws SecretError where the secret is not the store's; TypeError for an issuer that is not an origin and `/`.
 */
export async function createAuthorizationServer(
  options: AuthorizationServerOptions,
): Promise<AuthorizationServer> {
  const { issuer, store, secrets, clock = Date.now, log = () => {}, onPasswordVerification } = options;
  if (!URL.canParse(issuer) || `${new URL(issuer).origin}/` !== issuer) {
    throw new TypeError(
      `issuer is "${issuer}"; expected an origin followed by "/", such as "https://id.example.com/".`,
    );
  }
  await checkSecrets(secrets, store);
  const heartbeat =
    options.heartbeat === false ? { now: clock, stop: async () => {} } : await startHeartbeat(store, clock);
  const { now } = heartbeat;
  const keys = await loadKeyring(store, secrets, now);
  const subjects = await loadSubjects(store, secrets);
  const configuration = await startConfiguration(keys, {
    store,
    secrets,
    onFailure: (error) =>
      log({ level: 'warn', message: 'the configuration was not read anew', facts: { error: String(error) } }),
  });

  const logFault = (error: unknown, http: HttpRequest) => {
    const stack = error instanceof Error ? error.stack : String(error);
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : undefined;
    log({
      level: 'error',
      message: 'a request failed',
      facts: { method: http.method, path: http.path, stack, cause },
    });
  };
  const events = new EventBatch(
    (batch) => store.recordEvents(batch),
    (error) => log({ level: 'error', message: 'events were lost', facts: { error: String(error) } }),
  );
  const passwords = startPasswordHashing(
    onPasswordVerification ? { onVerification: onPasswordVerification } : {},
  );
  const outbound = guardOutbound({
    ...options.outbound,
    onFailure: (facts) => log({ level: 'info', message: 'an outbound call gave nothing', facts }),
  });
  const ports: Ports<Store> = {
    issuer,
    store,
    secrets,
    keys,
    passwords,
    throttle: secretThrottle(store),
    mayKeep: keepingLimit(),
    configuration: configuration.current,
    reloadConfiguration: configuration.reload,
    outbound,
    remoteKeys: remoteKeys(outbound, now),
    logos: clientLogos(outbound, now),
    recordClientUse: clientUse(store),
    subjects,
    now,
    record: (event) => events.add(event),
    logFault,
    logProblem: (facts) => log({ level: 'info', message: 'a page told of a problem', facts }),
  };

  const stopCleanUp = startCleanUp(
    async (at, policy) =>
      (await store.deleteExpired(at, policy)) + (await expireRegistrations(ports, policy.atMost)),
    () => configuration.current().tenant,
    now,
    (error) =>
      log({ level: 'warn', message: 'expired rows stay a little longer', facts: { error: String(error) } }),
  );

  const routes = routesOf(ports);
  const baseHeaders = buildBaseHeaders(issuer);
  return {
    handle: async (http) => {
      const path = withoutDoubleSlash(http.path);
      const route = routes.get(path) ?? routes.get(withoutName(path));
      const response = route === undefined ? NOT_FOUND : await answer(route, http, ports);
      // Assigned, not spread: decision 0012.
      return { ...response, headers: Object.assign({}, baseHeaders, response.headers) };
    },
    reloadConfiguration: configuration.reload,
    keys: {
      list: () =>
        keys
          .published()
          .map(({ kid, alg, status, createdAt, retiredAt }) => ({ kid, alg, status, createdAt, retiredAt })),
      rotate: (alg, { force }) => rotateSigningKey(keys, alg, { store, secrets, now: now(), force }),
      retire: (kid) => deleteRetiredSigningKey(keys, kid, { store, now: now() }),
    },
    close: async () => {
      configuration.close();
      await heartbeat.stop();
      await stopCleanUp();
      await events.flush();
      await passwords.close();
    },
  };
}

interface Route {
  readonly methods: readonly string[];
  readonly handler: Handler;
  /** What a fault is answered with: a page for people, JSON for programs. */
  readonly answers: 'page' | 'json';
}

/** Every address of the server, on one page. */
function routesOf(ports: Ports<Store>): ReadonlyMap<string, Route> {
  const page = (methods: string, handler: Handler): Route => ({
    methods: methods.split(' '),
    handler,
    answers: 'page',
  });
  const api = (methods: string, handler: Handler): Route => ({
    methods: methods.split(' '),
    handler,
    answers: 'json',
  });
  const discovery = api('GET', discoveryEndpoint(ports));
  return new Map([
    ['/authorize', page('GET POST', authorizationEndpoint(ports))],
    ['/continue', page('GET', continueEndpoint(ports))],
    ['/oauth/token', api('POST OPTIONS', tokenEndpoint(ports))],
    ['/oauth/par', api('POST OPTIONS', pushedRequestEndpoint(ports))],
    ['/oauth/revoke', api('POST OPTIONS', revocationEndpoint(ports))],
    ['/oauth/introspect', api('POST', introspectionEndpoint(ports))],
    ['/userinfo', api('GET POST OPTIONS', userinfoEndpoint(ports))],
    ['/.well-known/openid-configuration', discovery],
    ['/.well-known/oauth-authorization-server', discovery],
    ['/.well-known/jwks.json', api('GET', jwksEndpoint(ports.keys))],
    ['/.well-known/assetlinks.json', api('GET', assetLinksEndpoint(ports))],
    ['/.well-known/apple-app-site-association', api('GET', appSiteAssociationEndpoint(ports))],
    ['/pem', api('GET', certificateEndpoint(ports.keys))],
    [`${AVATAR_PATH}*`, api('GET', avatarEndpoint())],
    ['/v2/logout', page('GET', auth0LogoutEndpoint(ports))],
    ['/oidc/logout', page('GET POST', endSessionEndpoint(ports))],
    ['/u/login', page('GET POST', interactionPage(loginPage(ports), ports))],
    ['/u/signup', page('GET POST', interactionPage(signUpPage(ports), ports))],
    ['/u/consent', page('GET POST', interactionPage(consentPage(ports), ports))],
    ['/u/select-account', page('GET POST', interactionPage(selectAccountPage(ports), ports))],
    ['/u/logout', page('POST', confirmLogoutEndpoint(ports))],
    ['/u/signed-out', page('GET', signedOutEndpoint(ports))],
    ['/oidc/register', api('POST', registrationEndpoint(ports))],
    [`${REGISTERED_CLIENT_PATH}*`, api('GET PUT DELETE', registeredClientEndpoint(ports))],
    ['/healthz', api('GET', healthEndpoint())],
    ['/readyz', api('GET', readinessEndpoint(ports))],
  ]);
}

/** Clients that were told the issuer with its slash put one more before what they look for there. */
function withoutDoubleSlash(path: string): string {
  return path.startsWith('//.well-known/') ? path.slice(1) : path;
}

/** The kinds of address with a name in them. */
function withoutName(path: string): string {
  const prefix = [REGISTERED_CLIENT_PATH, AVATAR_PATH].find((known) => path.startsWith(known));
  return prefix === undefined ? path : `${prefix}*`;
}

const NOT_FOUND: HttpResponse = json(404, { error: 'not_found' });

async function answer(route: Route, http: HttpRequest, ports: Ports): Promise<HttpResponse> {
  const method = http.method === 'HEAD' ? 'GET' : http.method;
  if (!route.methods.includes(method)) {
    return json(405, { error: 'method_not_allowed' }, { allow: route.methods.join(', ') });
  }
  try {
    return await onCurrentConfiguration(() => route.handler(http), ports);
  } catch (error) {
    ports.logFault(error, http);
    return route.answers === 'page' ? answerFaultByPage(error, http, ports) : buildFaultResponse(error);
  }
}

/** Another node changed the configuration: nothing was done, so the request is judged again by what holds now. */
async function onCurrentConfiguration(
  handle: () => Promise<HttpResponse>,
  { reloadConfiguration }: Ports,
): Promise<HttpResponse> {
  try {
    return await handle();
  } catch (error) {
    if (!(error instanceof ConfigurationChanged)) throw error;
    await reloadConfiguration();
    return handle();
  }
}

function answerFaultByPage(error: unknown, http: HttpRequest, ports: Ports): HttpResponse {
  return isTemporaryFault(error)
    ? withHeaders(problemResponse(503, 'busy', http, ports), { 'retry-after': '2' })
    : problemResponse(500, 'fault', http, ports);
}
