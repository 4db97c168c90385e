import { timeOrderedId } from '../credential/randomness.js';
import type { Ports } from '../ports.js';
import { computeAcr } from '../session/authentication-context.js';
import type { Session } from '../session/session.js';
import { accessTokenLifetimeMs, signAccessToken } from '../token/access-token.js';
import type { GrantStore } from '../token/grant-store.js';
import { signIdToken } from '../token/id-token.js';
import type { UserStore } from '../user/user-store.js';
import type { AuthenticationRequest } from './authentication-request.js';
import type { ResponseParameters } from './authorization-response.js';

/** What giving tokens by the front channel may touch. */
export type IssueTokensPorts = Pick<
  Ports<GrantStore & UserStore>,
  'issuer' | 'store' | 'keys' | 'configuration' | 'subjects' | 'now'
>;

/**
 * Tokens straight from the authorization endpoint, for clients whose registration allows it. They count as used at
 * once: the client joins the session now, and a silent answer moves the idle clock now.
 *
 * @param code the authorization code that travels in the same response.
 * @returns `session-ended` where a sign-out came first: decide again; `interaction-finished` where another tab did.
 * @see OIDC Core §3.2.2.5 · §3.3.2.5 · RFC 6749 §4.2.2
 */
export async function issueTokens(
  request: AuthenticationRequest,
  session: Session,
  code: string | null,
  interactionId: string | null,
  { store, keys, issuer, configuration, subjects, now }: IssueTokensPorts,
): Promise<
  | { outcome: 'issued'; parameters: ResponseParameters }
  | { outcome: 'session-ended' }
  | { outcome: 'interaction-finished' }
> {
  const { client, api, scope, responseTypes } = request;
  const { sid, userId } = session;
  const sub = subjects.subjectOf(client, userId);
  const toldSid = subjects.sidFor(client, sid);
  const issuedAt = now();
  const lifetimeMs = accessTokenLifetimeMs(api, 'authorization-endpoint');
  const grantId = timeOrderedId(issuedAt);
  const silent = request.prompt.has('none');
  const started = await store.startGrant({
    grant: {
      grantId,
      clientId: client.clientId,
      userId,
      sid,
      scope,
      audience: api?.identifier ?? '',
      userinfoClaims: request.claims?.userinfo ?? [],
      startedAt: issuedAt,
      expiresAt: issuedAt + lifetimeMs,
      endedAt: null,
    },
    touch: !silent || (request.active ?? configuration().tenant.silentCountsAsActivity),
    finishes: interactionId,
  });
  if (started !== 'started') return { outcome: started };

  const accessToken = responseTypes.has('token')
    ? await signAccessToken(
        {
          client,
          sub,
          api,
          scope,
          grantId,
          sid: toldSid,
          jkt: null,
          grantType: null,
          from: 'authorization-endpoint',
          issuedAt,
        },
        keys,
        issuer,
      )
    : null;
  const user =
    responseTypes.has('id_token') && scope.includes('openid') ? await store.findUser(userId) : null;
  const idToken =
    user === null
      ? null
      : await signIdToken(
          {
            client,
            user,
            sub,
            scope,
            sid: toldSid,
            authenticatedAt: session.authenticatedAt,
            amr: session.amr,
            acr: request.asksAcr ? computeAcr(session.amr) : null,
            claims: request.claims,
            dialect: 'openid',
            nonce: request.nonce,
            issuedAt,
            comesAlone: responseTypes.size === 1,
            besides: { ...(accessToken !== null && { accessToken }), ...(code !== null && { code }) },
          },
          keys,
          issuer,
        );
  const ofAccessToken: ResponseParameters =
    accessToken === null
      ? []
      : [
          ['access_token', accessToken],
          ['token_type', 'Bearer'],
          ['expires_in', String(Math.ceil(lifetimeMs / 1000))],
          ['scope', scope.join(' ')],
        ];
  return {
    outcome: 'issued',
    parameters: [...ofAccessToken, ...(idToken === null ? [] : [['id_token', idToken] as const])],
  };
}
