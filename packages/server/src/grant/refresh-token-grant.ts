import { isOidcScope } from '@sojourn/protocol';
import { isWithin } from '../authorization/scope.js';
import type { Client, ResourceServer } from '../client/client.js';
import type { ProvenKey } from '../dpop/dpop-proof.js';
import { buildUseDpopNonce } from '../dpop/use-dpop-nonce.js';
import { buildEvent, type EventName } from '../events/events.js';
import { isAuth0Client } from '../http/auth0-client.js';
import type { Parameters } from '../http/parameters.js';
import type { HttpRequest, HttpResponse } from '../http/request.js';
import type { Ports } from '../ports.js';
import type { RefreshTokenFamily, RefusalReason } from '../refresh-token/family.js';
import type { FamilyStore } from '../refresh-token/family-store.js';
import { buildRefreshPolicy, computeRequester } from '../refresh-token/refresh-policy.js';
import { mintRefreshToken, parseRefreshToken, type RefreshToken } from '../refresh-token/refresh-token.js';
import { asksReason } from '../token/asked-reason.js';
import { signTokens } from '../token/sign-tokens.js';
import { buildTokenError, buildTokenResponse, type TokenRefusal } from '../token/token-response.js';

/** What the refresh token grant may touch. */
export type RefreshTokenGrantPorts = Pick<
  Ports<FamilyStore>,
  'issuer' | 'store' | 'secrets' | 'keys' | 'configuration' | 'subjects' | 'now' | 'record'
>;

/** What of a family is asked for this time. */
type Narrowing =
  | { readonly outcome: 'granted'; readonly scope: readonly string[] | null; readonly userinfoOnly: boolean }
  | { readonly outcome: 'refused'; readonly refusal: TokenRefusal };

/**
 * The refresh token grant. Nothing but the use of an old token costs the family anything.
 *
 * @param origin the registered web origin that asks; `null` where no browser does.
 * @see RFC 6749 §6 · OIDC Core §12 · design.md 5
 */
export async function handleRefreshTokenGrant(
  http: HttpRequest,
  client: Client,
  parameters: Parameters,
  origin: string | null,
  proof: ProvenKey,
  ports: RefreshTokenGrantPorts,
): Promise<HttpResponse> {
  const { store, secrets, configuration, subjects, now } = ports;
  const { clientId } = client;
  const text = parameters.get('refresh_token');
  if (text === undefined) {
    const description = 'refresh_token is missing.';
    return buildTokenError({ error: 'invalid_request', description, reason: 'malformed' });
  }
  const at = now();
  const token = parseRefreshToken(secrets, text, clientId);
  const tells = asksReason(parameters, http.header('auth0-client'));
  if (token === null) return refuse(http, client, 'unknown', null, tells, ports);
  // Servers write bodies of errors into their logs; pages forget what is not said back.
  const keeps = origin === null ? {} : { keeps: text };
  const narrowing = await narrow(token, parameters, ports);
  if (narrowing.outcome === 'refused') return buildTokenError({ ...narrowing.refusal, ...keeps });

  const policy = buildRefreshPolicy(client, configuration());
  const used = await store.useRefreshToken({
    key: token.key,
    clientId,
    presented: { kid: token.kid, generation: token.generation },
    successorKid: secrets.current.kid,
    policy,
    proof,
    from: computeRequester(http),
    now: at,
    address: http.peerAddress,
  });
  if (used.outcome === 'nonce-required') return buildUseDpopNonce(secrets, at, origin === null ? null : text);
  if (used.outcome === 'refused')
    return refuse(http, client, used.reason, used.standing?.family ?? null, tells, ports, keeps);

  const { family, user } = used.standing;
  const secret = secrets.find(family.kid);
  // Everything made under a secret that was dropped is dead, also where its successor would have been.
  if (secret === undefined) return refuse(http, client, 'secret-changed', family, tells, ports);
  const { sid } = family;
  const api = narrowing.userinfoOnly ? null : (configuration().resourceServers.get(family.audience) ?? null);
  const scope = narrowing.scope ?? family.scope;
  const sub = subjects.subjectOf(client, user.userId);
  const jkt = proof?.jkt ?? null;
  const grantId = family.handleHash;
  const tokens = await signTokens(
    family,
    {
      client,
      user,
      sub,
      api,
      scope,
      grantId,
      jkt,
      nonce: null,
      issuedAt: at,
      dialect: isAuth0Client(http) ? 'auth0' : 'openid',
      bindsAccessToken: false,
    },
    ports,
  );
  const name: EventName = used.outcome === 'repeated' ? 'refresh.repeated' : 'refresh.succeeded';
  ports.record(buildEvent(at, name, { clientId, userId: user.userId, sid, address: http.peerAddress }));
  return buildTokenResponse({
    // In every answer: published SDKs forget theirs at one without.
    refresh_token: mintRefreshToken(
      secret,
      { sid, handle: token.handle, generation: family.generation },
      clientId,
    ),
    ...tokens,
  });
}

/** A request that asks for less is looked at before the token is used, so that a refusal leaves no trace. */
async function narrow(
  token: RefreshToken,
  parameters: Parameters,
  ports: Pick<Ports<FamilyStore>, 'issuer' | 'store' | 'configuration'>,
): Promise<Narrowing> {
  const asked = parameters
    .get('scope')
    ?.split(' ')
    .filter((value) => value !== '');
  const audiences = [...parameters.getAll('audience'), ...parameters.getAll('resource')];
  if (asked === undefined && audiences.length === 0)
    return { outcome: 'granted', scope: null, userinfoOnly: false };
  const family = (await ports.store.findFamily(token.key))?.family ?? null;
  if (family === null) return { outcome: 'granted', scope: null, userinfoOnly: false };
  const api = ports.configuration().resourceServers.get(family.audience) ?? null;
  return decideNarrowing(family, api, { scope: asked, audiences }, `${ports.issuer}userinfo`);
}

/**
 * "The requested scope MUST NOT include any scope not originally granted". Values that nobody defines are left out, as
 * at the authorization endpoint, because published SDKs ask again for what they asked for first.
 *
 * @see RFC 6749 §6 · RFC 8707 §2.2 · security.md 23, D12
 */
export function decideNarrowing(
  family: Pick<RefreshTokenFamily, 'scope' | 'audience'>,
  api: Pick<ResourceServer, 'scopes'> | null,
  asked: { readonly scope: readonly string[] | undefined; readonly audiences: readonly string[] },
  userinfo: string,
): Narrowing {
  if (asked.audiences.some((audience) => audience !== family.audience && audience !== userinfo)) {
    const description = 'Service not found: the refresh token is not for this audience.';
    return {
      outcome: 'refused',
      refusal: { error: 'invalid_target', description, reason: 'audience-differs' },
    };
  }
  const userinfoOnly =
    asked.audiences.length > 0 && asked.audiences.every((audience) => audience === userinfo);
  if (asked.scope === undefined) return { outcome: 'granted', scope: null, userinfoOnly };
  const isDefined = (value: string) =>
    isOidcScope(value) || (api?.scopes.some((scope) => scope.value === value) ?? false);
  const wanted = asked.scope.filter(isDefined);
  // Of values that nobody defines alone nothing is left, and that is not everything.
  const isNothing = asked.scope.length > 0 && wanted.length === 0;
  if (isNothing || !isWithin(wanted, family.scope)) {
    const description = 'A scope exceeds what was granted.';
    return {
      outcome: 'refused',
      refusal: { error: 'invalid_scope', description, reason: 'scope-exceeds-grant' },
    };
  }
  const scope = family.scope.filter((value) => wanted.includes(value));
  return { outcome: 'granted', scope: scope.length === 0 ? null : scope, userinfoOnly };
}

/** Auth0's texts: SDKs look for them. The first leads them to silent authentication, the second ends their session. */
const DEAD = 'Unknown or invalid refresh token.';
const BLOCKED = 'user is blocked';

/** Refusals after which the token is as good as before. */
const LEAVE_IT_ALIVE: readonly RefusalReason[] = ['audience-closed', 'key-differs'];

function refuse(
  http: HttpRequest,
  { clientId }: Client,
  reason: RefusalReason,
  family: RefreshTokenFamily | null,
  tells: boolean,
  { record, now }: Pick<Ports, 'now' | 'record'>,
  keeps: Pick<TokenRefusal, 'keeps'> = {},
): HttpResponse {
  const facts = { reason, clientId, sid: family?.sid ?? null, address: http.peerAddress };
  record(buildEvent(now(), 'refresh.refused', facts));
  return buildTokenError({
    error: 'invalid_grant',
    description: reason === 'user-blocked' ? BLOCKED : DEAD,
    reason,
    // Its tag was right, so the client was given it once: it may know why it is worth nothing now.
    tellsReason: tells && reason !== 'unknown',
    ...(LEAVE_IT_ALIVE.includes(reason) && keeps),
  });
}
