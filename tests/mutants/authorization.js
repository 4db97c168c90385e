import { mutantsOf } from './entry.js';

const decision = mutantsOf('authorization/decide-authorization.ts', [
  'authorization/decide-authorization.test.ts',
]);
const request = mutantsOf('authorization/authentication-request.ts', [
  'authorization/authentication-request.test.ts',
]);
const target = mutantsOf('authorization/response-target.ts', [
  'authorization/authentication-request.test.ts',
]);
const endpoint = mutantsOf('authorization/authorization-endpoint.ts', [
  'tests/http/attachments.test.ts',
  'tests/http/silent-authentication.test.ts',
]);
const silent = mutantsOf('authorization/silent-answer.ts', [
  'tests/http/attachments.test.ts',
  'tests/http/foreign-pages.test.ts',
]);
const place = mutantsOf('authorization/silent-place.ts', ['tests/http/foreign-pages.test.ts']);
const code = mutantsOf('authorization/issue-code.ts', ['tests/http/silent-authentication.test.ts']);

export const AUTHORIZATION = [
  decision(
    `silent ? { next: 'refuse', error: ERROR_OF_STEP[step], reason } : { next: 'interact', step, reason };`,
    `({ next: 'interact', step, reason });`,
    'with prompt=none no page is shown',
  ),
  decision(
    `if (state.state !== 'live') return askToLogIn(state.reason);`,
    `if (state.state === 'ended') return askToLogIn(state.reason);`,
    'an expired session signs nobody in',
  ),
  decision(
    'request.hint.sub !== session.userId',
    'request.hint.sub === session.userId',
    'a hint at another End-User is not answered for the one who is here',
  ),
  decision(
    `return justAuthenticated ? { next: 'refuse', error: 'login_required', reason } : askToLogIn(reason);`,
    `return askToLogIn(reason);`,
    'whoever signs in as another than the hint names is not asked for ever',
  ),
  decision(
    `if (request.prompt.has('login') && !justAuthenticated)`,
    `if (request.prompt.has('login') && justAuthenticated)`,
    'prompt=login asks for the password, once',
  ),
  decision(
    'elapsedMs > request.maxAgeSeconds * 1000',
    'elapsedMs > request.maxAgeSeconds * 1_000_000',
    'max_age is in seconds',
  ),
  decision(' || request.maxAgeSeconds === 0)', ')', 'max_age=0 asks for the password always'),
  decision(
    `!justAuthenticated && !done(progress?.selectedSid))`,
    `!justAuthenticated && progress?.selectedSid === null)`,
    'an account that was chosen before another signed in was not chosen',
  ),
  decision(
    `if (progress?.consentDenied === true)`,
    `if (progress?.consentDenied === true && silent)`,
    'who says no to consent gives nothing',
  ),
  decision(
    `if (clientUnproven) return 'client-unproven';`,
    `if (clientUnproven && consents.length === 0) return 'client-unproven';`,
    'a client that cannot prove who it is asks each time',
  ),
  decision(
    `if (request.prompt.has('consent')) return 'consent-requested';`,
    '',
    'prompt=consent asks although consent was given',
  ),
  decision(
    'client.isFirstParty && (api === null || api.skipConsentForVerifiableFirstPartyClients)',
    'client.isFirstParty',
    'an API may ask for consent of first-party clients too',
    ['tests/http/consent.test.ts'],
  ),
  decision(
    `consents.find(({ audience }) => audience === (api?.identifier ?? ''))`,
    `consents.find(() => true)`,
    'consent for one API is none for another',
  ),
  decision(
    'return given !== undefined && isWithin(decideConsentScope(request), given.scope) ?',
    'return given !== undefined ?',
    'consent to less is none to more',
  ),
  decision(
    `browserSession.source === 'attachment' && !isHeld(request, facts.holdings)`,
    `false`,
    'an attachment yields only what its client holds',
  ),

  target(
    `if (client === undefined) return untrusted('client-unknown');`,
    `if (client === undefined) return untrusted('client-missing');`,
    'a client that is not registered is called unknown',
    ['authorization/authentication-request.test.ts', 'tests/http/authorization-code.test.ts'],
  ),
  target(
    `if (!isRegisteredRedirectUri(client, redirectUri)) return untrusted('redirect-uri-unregistered');`,
    ``,
    'nothing is sent to an address that is not registered',
    ['tests/http/redirect-uri.test.ts'],
  ),
  target(
    `parameters.isRepeated('client_id') || parameters.isRepeated('redirect_uri')`,
    `parameters.isRepeated('client_id')`,
    'a redirect_uri that stands twice is trusted in neither form',
    ['tests/http/redirect-uri.test.ts', 'authorization/authentication-request.test.ts'],
  ),
  target(
    `if (origin === null || !client.webOrigins.includes(origin)) return untrusted('web-origin-unregistered');`,
    `if (origin === null) return untrusted('web-origin-unregistered');`,
    'web_message goes to registered origins only',
    ['tests/http/response-modes.test.ts', 'authorization/authentication-request.test.ts'],
  ),
  request(
    `parameters.repeated(['resource']) !== undefined`,
    `parameters.repeated(['resource']) === ''`,
    'a repeated parameter is refused',
  ),
  request(
    `(parameters.get(name)?.length ?? 0) > longest`,
    `(parameters.get(name)?.length ?? 0) > 10 * longest`,
    'a parameter that is too long is refused',
  ),
  request(
    `if (asked === undefined || asked === target.mode) return null;`,
    `if (asked !== 'query' || asked === target.mode) return null;`,
    'a response_mode that is not known is refused, not replaced',
  ),
  target(
    `return known.size === words.length ? known : new Set();`,
    `return known;`,
    'a response_type with an unknown word is unknown',
  ),
  target(
    `return known === undefined || known === 'query' ? 'fragment' : known;`,
    `return known ?? 'fragment';`,
    'tokens never stand in a query',
    ['tests/http/front-channel-tokens.test.ts', 'tests/http/response-modes.test.ts'],
  ),
  request(
    `responseTypes.has('id_token') && parameters.get('nonce') === undefined`,
    `responseTypes.has('token') && parameters.get('nonce') === undefined`,
    'an ID token from the authorization endpoint needs a nonce',
    ['tests/http/front-channel-tokens.test.ts'],
  ),
  request(
    `return prompt.has('none') && prompt.size > 1`,
    `return prompt.has('none') && prompt.size > 2`,
    'prompt=none stands alone',
  ),
  request(
    `return /^[0-9]{1,10}$/.test(asked)`,
    `return /^-?[0-9]{1,10}$/.test(asked)`,
    'max_age is a number of seconds from zero',
  ),
  request(
    `const isRequired = responseTypes.has('code') && (isPublic(client) || client.profile === 'fapi2');`,
    `const isRequired = responseTypes.has('code') && client.profile === 'fapi2';`,
    'a public client needs PKCE',
    ['authorization/authentication-request.test.ts', 'tests/http/pkce.test.ts'],
  ),
  request(
    `return method === CODE_CHALLENGE_METHOD && isCodeChallenge(challenge)`,
    `return isCodeChallenge(challenge)`,
    'a challenge method other than S256 is refused',
    ['authorization/authentication-request.test.ts', 'tests/http/pkce.test.ts'],
  ),
  request(
    `return /^[\\w-]{43}$/.test(jkt)`,
    `return /[\\w-]{43}/.test(jkt)`,
    'dpop_jkt is a thumbprint and nothing else',
    ['authorization/authentication-request.test.ts', 'tests/http/dpop.test.ts'],
  ),
  request(
    `if (text !== undefined && hinted === null)`,
    `if (text === '' && hinted === null)`,
    'a hint that was not issued here is refused',
    ['authorization/authentication-request.test.ts', 'tests/http/silent-authentication.test.ts'],
  ),
  request(
    `claimed !== null && hinted.sub !== claimed.sub`,
    `claimed !== null && hinted.sub === ''`,
    'a hint and claims that name two End-Users are refused',
    ['authorization/authentication-request.test.ts', 'tests/http/claims-parameter.test.ts'],
  ),
  request(
    `if (responseTypes.has('code') && !client.grantTypes.includes('authorization_code')) return false;`,
    '',
    'a client that is not registered for codes gets none',
  ),
  request(
    `return client.grantTypes.includes('implicit') && (asked`,
    `return (asked`,
    'tokens straight from the authorization endpoint only where the client is registered for them',
    ['authorization/authentication-request.test.ts', 'tests/http/front-channel-tokens.test.ts'],
  ),
  request(
    `const api = others.length > 0 ? undefined : resourceServers.get(identifier);`,
    `const api = resourceServers.get(identifier);`,
    'an access token is for one API',
  ),

  endpoint(
    `if (form === null || http.rawQuery !== '') return untrusted`,
    `if (form === null) return untrusted`,
    'a parameter is read in one place, query or body',
    ['tests/http/posted-requests.test.ts'],
  ),
  silent(
    `request: found?.source === 'attachment' ? withoutOfflineAccess(request) : request,`,
    `request,`,
    'an attachment begins no refresh token family',
    ['tests/http/attachments.test.ts', 'tests/http/refresh-token.test.ts'],
  ),
  place(
    `? { outcome: 'foreign' }`,
    `? { outcome: 'answered', place: 'frame from elsewhere', isUnnamed: false }`,
    'a page of an origin that the client does not list is not answered in a frame',
  ),
  place(
    `if (origin !== null && webOrigins.includes(origin)) {`,
    `if (origin === null || webOrigins.includes(origin)) {`,
    'a Referer that is no address may not frame',
  ),
  silent(
    `origin === null || !client.attach ? null :`,
    `origin === null ? null :`,
    'attachments that were handed out before they were switched off answer no more',
  ),
  silent(
    `target.mode === 'web_message' ? originOf(target.redirectUri) : null`,
    `originOf(target.redirectUri)`,
    'an attachment answers by web_message alone',
  ),

  code(
    `active: !silent || (request.active ?? tenant.silentCountsAsActivity),`,
    `active: true,`,
    'a silent answer is activity only where the SDK says that the End-User was active',
    ['tests/http/silent-authentication.test.ts', 'tests/http/session-limits.test.ts'],
  ),
  code(
    `touch: !silent,`,
    `touch: true,`,
    'a silent answer moves the idle clock only when its code is redeemed',
    ['tests/http/session-limits.test.ts', 'tests/http/silent-authentication.test.ts'],
  ),
  code(
    `(browserSession.source === 'attachment' ? browserSession.attachment?.jkt : null) ?? request.dpopJkt,`,
    `request.dpopJkt,`,
    'what came from a bound attachment stays with its key',
    ['tests/http/attachments.test.ts', 'tests/http/attachment-renewal.test.ts', 'tests/http/dpop.test.ts'],
  ),
  code(
    `if (!client.attach || origin === null || !client.webOrigins.includes(origin)) return null;`,
    `if (!client.attach || origin === null) return null;`,
    'an attachment is of a registered web origin',
    ['tests/http/attachments.test.ts'],
  ),
  code(
    `redirectUri: request.target.redirectUri,`,
    `redirectUri: request.client.callbacks[0] ?? '',`,
    'a code is redeemed with the redirect_uri that it was sent to',
    ['tests/http/authorization-code-redemption.test.ts', 'tests/http/authorization-code.test.ts'],
  ),
];
