import { mutantsOf } from './entry.js';

const jwt = mutantsOf('token/jwt.ts', ['token/jwt.test.ts', 'tests/http/jwt-hostile.test.ts']);
const alive = mutantsOf('token/verify-access-token.ts', [
  'tests/http/userinfo.test.ts',
  'tests/http/revocation-and-introspection.test.ts',
]);
const hint = mutantsOf('token/id-token-hint.ts', ['tests/http/jwt-hostile.test.ts']);
const codeGrant = mutantsOf('grant/authorization-code-grant.ts', ['grant/authorization-code-grant.test.ts']);
const refreshGrant = mutantsOf('grant/refresh-token-grant.ts', [
  'tests/http/refresh-token-narrowing.test.ts',
]);
const credentialsGrant = mutantsOf('grant/client-credentials-grant.ts', [
  'tests/http/client-credentials.test.ts',
]);
const introspection = mutantsOf('grant/introspection-endpoint.ts', [
  'tests/http/revocation-and-introspection.test.ts',
]);
const browserRule = mutantsOf('grant/browser-rule.ts', ['grant/browser-rule.test.ts']);
const scope = mutantsOf('authorization/scope.ts', [
  'tests/http/refresh-token-narrowing.test.ts',
  'tests/http/authorization-code.test.ts',
]);

export const TOKEN = [
  jwt('if (token.length > LONGEST_TOKEN) return null;', '', 'a token that is too long is not looked at'),
  jwt(
    'if (key === undefined || head.alg !== key.alg) return null;',
    'if (key === undefined) return null;',
    'a token’s algorithm is its key’s own',
  ),
  jwt(`if (bytes.toString('base64url') !== signature) return null;`, '', 'a token has one spelling'),
  jwt(
    `return claims !== null && isOfKind(kind, head.typ, claims) ? claims : null;`,
    `return claims;`,
    'an ID token is no access token',
  ),
  jwt(
    `if (head === null || typeof head.kid !== 'string' || head.crit !== undefined) return null;`,
    `if (head === null || typeof head.kid !== 'string') return null;`,
    'a token with a critical header that nobody knows is refused',
  ),
  jwt(
    `if (head?.alg !== 'HS256' || head.crit !== undefined) return null;`,
    `if (head === null) return null;`,
    'a token under a secret is made by HS256',
    ['token/jwt.test.ts', 'tests/http/jwt-hostile.test.ts'],
  ),
  jwt(
    `presented.toString('base64url') !== signature || presented.length !== expected.length`,
    `presented.length !== expected.length`,
    'a token under a secret has one spelling',
    ['token/jwt.test.ts'],
  ),
  jwt(
    'return timingSafeEqual(presented, expected) ? claims : null;',
    'return claims;',
    'a token under a secret is verified',
    ['token/jwt.test.ts'],
  ),

  hint(
    `claims.iss !== issuer || typeof claims.sub !== 'string'`,
    `typeof claims.sub !== 'string'`,
    'a hint of another issuer is none',
    ['tests/http/jwt-hostile.test.ts'],
  ),

  alive(
    'if (claims === null || claims.iss !== issuer) return null;',
    'if (claims === null) return null;',
    'an access token of another issuer is none',
    ['tests/http/jwt-hostile.test.ts'],
  ),
  alive('![aud].flat().includes(audience)', 'false', 'an access token for an API opens nothing else', [
    'tests/http/jwt-hostile.test.ts',
  ]),
  alive('seconds >= exp', 'seconds > exp + 60', 'an access token expires'),
  alive('if (client === undefined) return null;', '', 'an access token of a client that is gone is dead', [
    'tests/http/dynamic-registration.test.ts',
  ]),
  alive(
    'grant === null || grant.endedAt !== null || grant.userBlocked',
    'grant === null || grant.userBlocked',
    'an access token that was revoked is dead',
  ),
  alive(
    'if (grant.sessionEndedAt !== null && !outlivesSessionEnd) return null;',
    '',
    'a sign-out takes access tokens with it',
    ['tests/http/refresh-token-session.test.ts', 'tests/http/userinfo.test.ts', 'tests/http/session.test.ts'],
  ),
  alive(
    'if (grant.startedAt < client.notBefore) return null;',
    '',
    'access tokens from before a client’s end are dead',
    ['tests/http/every-node.test.ts', 'tests/http/refresh-token-end.test.ts'],
  ),
  alive(
    'grant.authenticatedAt < grant.userNotBefore',
    'grant.authenticatedAt === grant.userNotBefore',
    'access tokens from before a password’s change are dead',
    ['tests/http/refresh-token-end.test.ts', 'tests/http/session.test.ts', 'tests/http/every-node.test.ts'],
  ),

  codeGrant(
    `if (code.clientId !== request.client.clientId) return refuse('code-of-another-client');`,
    '',
    'a code is redeemed by its own client',
  ),
  codeGrant(
    `if (code.issuedAt < request.client.notBefore) return refuse('client-ended');`,
    '',
    'a code from before its client’s end is dead',
    ['grant/authorization-code-grant.test.ts', 'tests/http/every-node.test.ts'],
  ),
  codeGrant(
    `if (request.redirectUri !== code.redirectUri) return`,
    `if (request.redirectUri !== null && request.redirectUri !== code.redirectUri) return`,
    'a code is redeemed with the redirect_uri of its request',
  ),
  codeGrant(
    `if (request.codeVerifier !== null) return refuse('verifier-without-challenge');`,
    '',
    'a verifier without a challenge is a challenge that somebody took away',
  ),
  codeGrant(
    'if (derived !== code.codeChallenge) return',
    'if (derived === null) return',
    'a code verifier is compared with its challenge',
  ),
  codeGrant(
    'if (code.dpopJkt !== null && request.jkt !== code.dpopJkt)',
    'if (code.dpopJkt !== null && request.jkt !== null && request.jkt !== code.dpopJkt)',
    'a bound code needs the proof of its key',
    ['grant/authorization-code-grant.test.ts', 'tests/http/dpop.test.ts'],
  ),
  codeGrant(
    'code.redeemedAt === null && now >= code.expiresAt',
    'code.redeemedAt === null && now > code.expiresAt',
    'a code expires in its millisecond',
  ),
  codeGrant(
    'jkt: isPublic(client) ? jkt : null,',
    'jkt,',
    'the refresh tokens of a confidential client are not bound to a key',
    ['tests/http/dpop.test.ts', 'tests/http/refresh-token.test.ts'],
  ),
  codeGrant(
    'origin !== null && originOf(redirectUri) === origin',
    'origin !== null',
    'an attachment goes to the one origin that the code went to',
    ['tests/http/attachments.test.ts'],
  ),
  codeGrant(
    `touch: code.silent && code.active,`,
    `touch: code.silent,`,
    'a silent answer of an inactive page moves no idle clock',
    ['tests/http/session-limits.test.ts', 'tests/http/silent-authentication.test.ts'],
  ),

  refreshGrant(
    'audience !== family.audience && audience !== userinfo',
    'false',
    'a refresh token is for the audiences of its grant',
  ),
  refreshGrant(
    'asked.audiences.every((audience) => audience === userinfo)',
    'asked.audiences.some((audience) => audience === userinfo)',
    'an API and userinfo asked for together are the API’s token',
  ),
  refreshGrant(
    'if (isNothing || !isWithin(wanted, family.scope)) {',
    'if (isNothing) {',
    'a refresh yields no more than was granted',
  ),
  refreshGrant(
    'const isNothing = asked.scope.length > 0 && wanted.length === 0;',
    'const isNothing = false;',
    'a scope that nobody defines does not become everything',
  ),
  refreshGrant(
    '...(LEAVE_IT_ALIVE.includes(reason) && keeps),',
    '',
    'a refusal that costs the token nothing gives it back to the page',
    ['tests/http/dpop.test.ts', 'tests/http/refresh-token.test.ts', 'tests/http/refresh-token-end.test.ts'],
  ),
  refreshGrant(
    `tellsReason: tells && reason !== 'unknown',`,
    `tellsReason: false,`,
    'a client that held the token is told why it is worth nothing',
    ['tests/http/refresh-token-end.test.ts'],
  ),

  credentialsGrant('if (isPublic(client))', 'if (false)', 'a public client gets no token by credentials'),
  credentialsGrant(
    'candidate.clientId === client.clientId && candidate.audience === audience',
    'candidate.audience === audience',
    'a client grant is of one client',
  ),
  credentialsGrant(
    'asked?.some((value) => !grant.scope.includes(value))',
    'asked?.every((value) => !grant.scope.includes(value))',
    'no scope exceeds the client grant',
  ),

  introspection('if (isPublic(client))', 'if (false)', 'a public client is told nothing of tokens'),
  introspection(
    `client.resourceServer !== null && audiences.includes(client.resourceServer)`,
    `client.resourceServer !== null`,
    'an API is told of its own tokens only',
  ),
  introspection(
    ` || decideValueAge(family, { kid, generation }) !== 'current'`,
    '',
    'a refresh token that was replaced is not active',
  ),
  introspection(`state === 'dead' ||`, `false ||`, 'a refresh token of a dead family is not active'),

  browserRule(
    `if (mode !== undefined && mode !== 'cors') return { verdict: 'refused' };`,
    '',
    'a form of another page redeems nothing in a browser',
  ),
  browserRule(
    `return standing === null
    ? { verdict: 'refused' }`,
    `return standing === undefined
    ? { verdict: 'refused' }`,
    'a page of an origin that the client does not list redeems nothing',
    ['grant/browser-rule.test.ts', 'tests/http/cors-and-browser-rule.test.ts'],
  ),
  browserRule(
    `origin === undefined || origin === 'null' ||`,
    `origin === undefined ||`,
    'a page without an origin redeems nothing',
    ['grant/browser-rule.test.ts', 'tests/http/cors-and-browser-rule.test.ts'],
  ),

  scope(
    `return mayGoOffline && (api === null || api.allowOfflineAccess);`,
    `return mayGoOffline;`,
    'an API says whether there are refresh tokens for it',
    ['tests/http/refresh-token.test.ts', 'authorization/authentication-request.test.ts'],
  ),
  scope(
    `return asked.every((value) => held.includes(value));`,
    `return asked.some((value) => held.includes(value));`,
    'everything that is asked for has to be held',
  ),
];
