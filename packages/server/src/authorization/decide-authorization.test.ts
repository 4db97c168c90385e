import { PROMPTS, type Prompt } from '@sojourn/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildConfiguration } from '../configuration/build-configuration.js';
import { Parameters } from '../http/parameters.js';
import type { BrowserSession } from '../session/browser-session.js';
import { aConsent, aSession, MINUTE, NOW } from '../store/store-samples.js';
import { type AuthenticationRequest, parseAuthenticationRequest } from './authentication-request.js';
import { type AuthorizationFacts, decideAuthorization } from './decide-authorization.js';

const API = 'https://api.a.test/';
const HOUR = 60 * MINUTE;
const LIMITS = { idleMs: 72 * HOUR, absoluteMs: 720 * HOUR };

const configuration = buildConfiguration(
  [
    ...[true, false].map((first) => ({
      kind: 'client' as const,
      id: first ? 'first' : 'third',
      document: {
        client_id: first ? 'first' : 'third',
        name: first ? 'First' : 'Third',
        app_type: 'spa',
        is_first_party: first,
        callbacks: ['https://a.test/cb'],
        web_origins: ['https://a.test'],
      },
    })),
    {
      kind: 'resource-server' as const,
      id: API,
      document: {
        identifier: API,
        scopes: [{ value: 'read' }, { value: 'write' }],
        skip_consent_for_verifiable_first_party_clients: true,
      },
    },
  ],
  (_purpose, sealed) => sealed,
);

function aRequest(
  parameters: Record<string, string> = {},
  overrides: Partial<AuthenticationRequest> = {},
): AuthenticationRequest {
  const all = {
    client_id: 'first',
    redirect_uri: 'https://a.test/cb',
    response_type: 'code',
    scope: 'openid',
    code_challenge: 'c'.repeat(43),
    code_challenge_method: 'S256',
    ...parameters,
  };
  const pairs = new Parameters(Object.entries(all));
  const parsed = parseAuthenticationRequest(pairs, configuration, 'https://op.test/', (sub) => ({
    sub,
    clientId: 'first',
  }));
  if (parsed.outcome !== 'valid') throw new Error(JSON.stringify(parsed));
  return { ...parsed.request, ...overrides };
}

function aBrowserSession(
  session: Partial<BrowserSession['session']> = {},
  source: BrowserSession['source'] = 'session',
): BrowserSession {
  const standing = { endedAt: null, endReason: null, flaggedAt: null, userBlocked: false, userNotBefore: 0 };
  const made = { cookie: null, root: null, attachment: null };
  return { session: { ...aSession('sid-1'), ...standing, ...session }, source, ...made };
}

const NOTHING_DONE = {
  authenticatedSid: null,
  selectedSid: null,
  wantsAnotherAccount: false,
  consentedSid: null,
  consentDenied: false,
};

const decide = (facts: Partial<AuthorizationFacts>, now = NOW) =>
  decideAuthorization(
    {
      request: aRequest(),
      browserSession: aBrowserSession(),
      cookiesBlocked: false,
      limits: LIMITS,
      consents: [],
      holdings: [],
      clientUnproven: false,
      progress: null,
      ...facts,
    },
    now,
  );

describe('OIDC Core §3.1.2.3', () => {
  test('a live session and a first-party client: a code', () => {
    expect(decide({})).toMatchObject({ next: 'issue', session: { sid: 'sid-1' } });
  });

  test('no session: the login page; with prompt=none login_required', () => {
    expect(decide({ browserSession: null })).toEqual({
      next: 'interact',
      step: 'login',
      reason: 'no-session',
    });
    const request = aRequest({ prompt: 'none' });
    expect(decide({ browserSession: null, request })).toMatchObject({ error: 'login_required' });
    const blocked = decide({ browserSession: null, request, cookiesBlocked: true });
    expect(blocked).toEqual({ next: 'refuse', error: 'login_required', reason: 'cookies-blocked' });
  });

  test.each([
    ['session-expired-idle', {}, NOW + 72 * HOUR],
    ['session-expired-absolute', { lastActiveAt: NOW + 719 * HOUR }, NOW + 720 * HOUR],
    ['session-ended', { endedAt: NOW }, NOW],
    ['session-ended', { userNotBefore: NOW + 1 }, NOW + 2],
    ['user-blocked', { userBlocked: true }, NOW],
  ])('%s signs nobody in', (reason, session: Partial<BrowserSession['session']>, now) => {
    const browserSession = aBrowserSession(session);
    expect(decide({ browserSession }, now)).toEqual({ next: 'interact', step: 'login', reason });
    const silent = decide({ browserSession, request: aRequest({ prompt: 'none' }) }, now);
    expect(silent).toEqual({ next: 'refuse', error: 'login_required', reason });
  });

  test('design.md 3: the stricter of the limit then and the limit now counts', () => {
    const limits = { idleMs: HOUR, absoluteMs: 720 * HOUR };
    expect(decide({ limits }, NOW + HOUR)).toMatchObject({ reason: 'session-expired-idle' });
    const wide = { idleMs: 8_760 * HOUR, absoluteMs: 8_760 * HOUR };
    expect(decide({ limits: wide }, NOW + 72 * HOUR)).toMatchObject({ reason: 'session-expired-idle' });
  });

  test('"the Authorization Server SHOULD prompt the End-User for reauthentication": prompt=login, once', () => {
    const request = aRequest({ prompt: 'login' });
    expect(decide({ request })).toMatchObject({ step: 'login', reason: 'login-requested' });
    const progress = { ...NOTHING_DONE, authenticatedSid: 'sid-1' };
    expect(decide({ request, progress })).toMatchObject({ next: 'issue' });
    const elsewhere = { ...NOTHING_DONE, authenticatedSid: 'sid-0' };
    expect(decide({ request, progress: elsewhere })).toMatchObject({ step: 'login' });
  });

  test.each([
    [1, 1_000, 'issue'],
    [1, 1_001, 'interact'],
    [0, 0, 'interact'],
  ])('max_age=%i after %i ms: %s', (maxAge, elapsed, next) => {
    expect(decide({ request: aRequest({ max_age: String(maxAge) }) }, NOW + elapsed)).toMatchObject({ next });
  });

  test('security.md 62: a hint that names another End-User is never answered with this one', () => {
    const request = aRequest({ id_token_hint: 'otto' });
    expect(decide({ request })).toMatchObject({ next: 'interact', reason: 'hint-is-another-end-user' });
    const progress = { ...NOTHING_DONE, authenticatedSid: 'sid-1' };
    expect(decide({ request, progress })).toMatchObject({ next: 'refuse', error: 'login_required' });
    expect(decide({ request: aRequest({ id_token_hint: 'mira' }) })).toMatchObject({ next: 'issue' });
  });

  test('prompt=select_account is asked once, and another account means another sign-in', () => {
    const request = aRequest({ prompt: 'select_account' });
    expect(decide({ request })).toMatchObject({ step: 'select-account' });
    const chosen = { ...NOTHING_DONE, selectedSid: 'sid-1' };
    expect(decide({ request, progress: chosen })).toMatchObject({ next: 'issue' });
    const another = { ...NOTHING_DONE, wantsAnotherAccount: true };
    expect(decide({ request, progress: another })).toMatchObject({ step: 'login' });
    const done = { ...another, authenticatedSid: 'sid-1' };
    expect(decide({ request, progress: done })).toMatchObject({ next: 'issue' });
  });
});

describe('OIDC Core §3.1.2.4: consent', () => {
  const third = aRequest({ client_id: 'third', scope: 'openid email' });

  test('of a third party’s client it is needed, for what is asked and no less', () => {
    expect(decide({ request: third })).toMatchObject({ step: 'consent', reason: 'consent-missing' });
    const half = [aConsent({ clientId: 'third', scope: ['openid'] })];
    expect(decide({ request: third, consents: half })).toMatchObject({ step: 'consent' });
    const elsewhere = [aConsent({ clientId: 'third', audience: API, scope: ['openid', 'email'] })];
    expect(decide({ request: third, consents: elsewhere })).toMatchObject({ step: 'consent' });
    const whole = [aConsent({ clientId: 'third', scope: ['openid', 'email', 'phone'] })];
    expect(decide({ request: third, consents: whole })).toMatchObject({ next: 'issue' });
  });

  test('prompt=consent asks again; given in this session and interaction it counts, denied it is access_denied', () => {
    const request = aRequest({ prompt: 'consent' });
    expect(decide({ request })).toMatchObject({ step: 'consent', reason: 'consent-requested' });
    const given = { ...NOTHING_DONE, consentedSid: 'sid-1' };
    expect(decide({ request, progress: given })).toMatchObject({ next: 'issue' });
    const ofAnother = { ...NOTHING_DONE, consentedSid: 'sid-0' };
    expect(decide({ request, progress: ofAnother })).toMatchObject({ step: 'consent' });
    const denied = { ...NOTHING_DONE, consentDenied: true };
    expect(decide({ request, progress: denied })).toMatchObject({ error: 'access_denied' });
  });

  test('security.md 50: an unproven client is asked whatever was agreed before', () => {
    const consents = [aConsent({ clientId: 'third', scope: ['openid', 'email'] })];
    const decision = decide({ request: third, consents, clientUnproven: true });
    expect(decision).toMatchObject({ step: 'consent', reason: 'client-unproven' });
  });
});

const anything = fc.record({
  request: fc
    .record({
      client_id: fc.constantFrom('first', 'third'),
      scope: fc.subarray(['openid', 'email', 'read', 'write']).map((scope) => scope.join(' ')),
      audience: fc.constantFrom('', API),
      max_age: fc.constantFrom('', '0', '1', '3600'),
      id_token_hint: fc.constantFrom('', 'mira', 'otto'),
    })
    .map((parameters) => aRequest(parameters)),
  browserSession: fc.record({
    endedAt: fc.constantFrom(null, NOW - 1),
    userBlocked: fc.boolean(),
    userNotBefore: fc.constantFrom(0, NOW, NOW + 1),
    lastActiveAt: fc.constantFrom(NOW, NOW - 71 * HOUR, NOW - 72 * HOUR),
    limitsStartedAt: fc.constantFrom(NOW, NOW - 719 * HOUR, NOW - 720 * HOUR),
  }),
  source: fc.constantFrom('session', 'silent', 'attachment') as fc.Arbitrary<BrowserSession['source']>,
  cookiesBlocked: fc.boolean(),
  clientUnproven: fc.boolean(),
  consents: fc.array(
    fc.record({
      audience: fc.constantFrom('', API),
      scope: fc.subarray(['openid', 'email', 'read', 'write']),
    }),
    { maxLength: 2 },
  ),
  holdings: fc.array(
    fc.record({
      audience: fc.constantFrom('', API),
      scope: fc.subarray(['openid', 'email', 'read', 'write']),
    }),
    { maxLength: 3 },
  ),
  progress: fc.option(
    fc.record({
      authenticatedSid: fc.constantFrom(null, 'sid-1', 'sid-0'),
      selectedSid: fc.constantFrom(null, 'sid-1', 'sid-0'),
      wantsAnotherAccount: fc.boolean(),
      consentedSid: fc.constantFrom(null, 'sid-1', 'sid-0'),
      consentDenied: fc.boolean(),
    }),
  ),
  prompt: fc.subarray([...PROMPTS]) as fc.Arbitrary<Prompt[]>,
});

type Anything = typeof anything extends fc.Arbitrary<infer T> ? T : never;

const factsOf = (drawn: Anything, prompt: readonly Prompt[], signedIn = true): AuthorizationFacts => ({
  ...drawn,
  request: { ...drawn.request, prompt: new Set(prompt) },
  browserSession: signedIn ? aBrowserSession(drawn.browserSession, drawn.source) : null,
  limits: LIMITS,
  consents: drawn.consents.map((consent) =>
    aConsent({ ...consent, clientId: drawn.request.client.clientId }),
  ),
});

describe('properties', () => {
  test('OIDC Core §3.1.2.3: with prompt=none the answer is never an interaction, whatever the facts', () => {
    fc.assert(
      fc.property(anything, fc.boolean(), (drawn, signedIn) => {
        const decision = decideAuthorization(factsOf(drawn, ['none', ...drawn.prompt], signedIn), NOW);
        expect(decision.next).not.toBe('interact');
      }),
      { numRuns: 2_000 },
    );
  });

  test('design.md 6: prompt=none is refused with login, consent or interaction_required or access_denied only', () => {
    fc.assert(
      fc.property(anything, fc.boolean(), (drawn, signedIn) => {
        const decision = decideAuthorization(factsOf(drawn, ['none'], signedIn), NOW);
        if (decision.next !== 'refuse') return;
        const errors = ['login_required', 'consent_required', 'interaction_required', 'access_denied'];
        expect(errors).toContain(decision.error);
      }),
      { numRuns: 2_000 },
    );
  });

  test('without a session nothing is ever issued, whatever prompt', () => {
    fc.assert(
      fc.property(anything, (drawn) => {
        expect(decideAuthorization(factsOf(drawn, drawn.prompt, false), NOW).next).not.toBe('issue');
      }),
    );
  });

  test('a session that is not live never issues', () => {
    fc.assert(
      fc.property(anything, fc.constantFrom('endedAt', 'userBlocked', 'idle', 'absolute'), (drawn, why) => {
        const facts = factsOf(drawn, drawn.prompt);
        const dead = {
          endedAt: { endedAt: NOW - 1 },
          userBlocked: { userBlocked: true },
          idle: { lastActiveAt: NOW - 72 * HOUR },
          absolute: { limitsStartedAt: NOW - 720 * HOUR },
        }[why];
        const browserSession = aBrowserSession({ ...drawn.browserSession, ...dead }, drawn.source);
        expect(decideAuthorization({ ...facts, browserSession }, NOW).next).not.toBe('issue');
      }),
    );
  });

  test('design.md 4: an attachment never issues what its client does not hold in this session', () => {
    let issued = 0;
    fc.assert(
      fc.property(anything, (drawn) => {
        const live = {
          ...drawn,
          browserSession: { ...drawn.browserSession, endedAt: null, userBlocked: false },
        };
        const facts = factsOf({ ...live, source: 'attachment' }, ['none']);
        if (decideAuthorization(facts, NOW).next !== 'issue') return;
        issued += 1;
        const audience = facts.request.api?.identifier ?? '';
        const held = facts.holdings.filter((holding) => holding.audience === audience);
        const beside = audience === '' ? facts.holdings.filter(({ scope }) => scope.includes('openid')) : [];
        expect(held.length + beside.length).toBeGreaterThan(0);
        const scope = new Set([
          ...held.flatMap((holding) => holding.scope),
          ...beside.flatMap((holding) =>
            holding.scope.filter((value) => value !== 'read' && value !== 'write'),
          ),
        ]);
        for (const value of facts.request.scope) expect(scope).toContain(value);
      }),
      { numRuns: 5_000 },
    );
    expect(issued).toBeGreaterThan(20);
  });

  test('security.md 62: what is issued is always for the End-User that the hint names', () => {
    fc.assert(
      fc.property(anything, (drawn) => {
        const facts = factsOf(drawn, drawn.prompt);
        const decision = decideAuthorization(facts, NOW);
        if (decision.next !== 'issue' || facts.request.hint === null) return;
        expect(decision.session.userId).toBe(facts.request.hint.sub);
      }),
      { numRuns: 2_000 },
    );
  });
});
