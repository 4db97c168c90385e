import type { AuthorizationCode } from '../authorization/code-store.js';
import type { Consent } from '../authorization/consent-store.js';
import type { Interaction } from '../browser/interaction-store.js';
import type { StoredSigningKey } from '../keys/key-store.js';
import type { NewFamily, RefreshTokenUse } from '../refresh-token/family.js';
import type { SessionBegin } from '../session/begin-session.js';
import type { NewSession } from '../session/session.js';
import type { Grant } from '../token/grant-store.js';
import type { User } from '../user/user.js';
import type { NewUser } from '../user/user-store.js';

/** Valid rows with every default good, for the store's tests. */
export const NOW = Date.UTC(2026, 10, 20, 12);

/** In milliseconds. */
export const MINUTE = 60_000;

/** An account by this name, found by it unless other keys are given. */
export function aUser(
  name: string,
  { identifierKeys = [name], ...overrides }: Partial<User> & { identifierKeys?: readonly string[] } = {},
): NewUser {
  return {
    user: {
      userId: name,
      connection: 'Username-Password-Authentication',
      email: `${name}@harbour.example`,
      emailVerified: true,
      username: null,
      passwordHash: `hash of ${name}`,
      claims: { name },
      userMetadata: {},
      appMetadata: {},
      blocked: false,
      notBefore: 0,
      createdAt: NOW,
      updatedAt: NOW,
      ...overrides,
    },
    identifierKeys,
  };
}

/** A session of mira's. */
export function aSession(sid: string, overrides: Partial<NewSession> = {}): NewSession {
  return {
    sid,
    handleHash: `handle of ${sid}`,
    silentHandleHash: `silent handle of ${sid}`,
    userId: 'mira',
    authenticatedAt: NOW,
    amr: ['pwd'],
    acr: null,
    lastActiveAt: NOW,
    limitsStartedAt: NOW,
    idleLimitMs: 3 * 24 * 60 * MINUTE,
    absoluteLimitMs: 30 * 24 * 60 * MINUTE,
    persistent: true,
    device: { userAgent: 'a browser', address: '192.0.2.1' },
    handleSeed: null,
    browserHash: null,
    browserGeneration: 0,
    ...overrides,
  };
}

/** A sign-in of mira's without a browser, at the moment of its proof; its session is {@link aSession}. */
export function aSessionBegin(
  sid: string,
  { session, ...overrides }: Partial<Omit<SessionBegin, 'session'>> & { session?: Partial<NewSession> } = {},
): SessionBegin {
  const begun = aSession(sid, session);
  return {
    session: begun,
    cookieSid: null,
    generation: 0,
    nextGeneration: 1,
    proof: 'login.succeeded',
    clientId: null,
    now: begun.authenticatedAt,
    ...overrides,
  };
}

/** A code of `sid-1` for spa-a; its grant is `grant of <codeHash>`. */
export function aCode(codeHash: string, overrides: Partial<AuthorizationCode> = {}): AuthorizationCode {
  return {
    codeHash,
    grantId: `grant of ${codeHash}`,
    clientId: 'spa-a',
    userId: 'mira',
    sid: 'sid-1',
    scope: ['openid', 'email'],
    audience: '',
    authenticatedAt: NOW,
    amr: ['pwd'],
    acr: null,
    claims: null,
    redirectUri: 'https://a.test/cb',
    codeChallenge: 'challenge',
    nonce: 'nonce',
    issuedAt: NOW,
    expiresAt: NOW + MINUTE,
    redeemedAt: null,
    silent: false,
    active: true,
    attachment: null,
    sealedFamilyHandle: null,
    dpopJkt: null,
    ...overrides,
  };
}

/** A machine's grant, without End-User and session, that lasts ten minutes. */
export function aGrant(grantId: string, overrides: Partial<Grant> = {}): Grant {
  return {
    grantId,
    clientId: 'machine-m',
    userId: null,
    sid: null,
    scope: ['read:berths'],
    audience: 'https://api.a.test/',
    userinfoClaims: [],
    startedAt: NOW,
    expiresAt: NOW + 10 * MINUTE,
    endedAt: null,
    ...overrides,
  };
}

/** What mira agreed to. */
export function aConsent(overrides: Partial<Consent> = {}): Consent {
  return { userId: 'mira', clientId: 'spa-a', audience: '', scope: ['openid'], givenAt: NOW, ...overrides };
}

/** An interaction in which nothing was done yet. */
export function anInteraction(id: string, overrides: Partial<Interaction> = {}): Interaction {
  return {
    id,
    browserHash: 'browser',
    browserGeneration: 0,
    request: [['client_id', 'spa-a']],
    startedAt: NOW,
    expiresAt: NOW + 30 * MINUTE,
    progress: {
      authenticatedSid: null,
      selectedSid: null,
      wantsAnotherAccount: false,
      consentedSid: null,
      consentDenied: false,
    },
    finishedAt: null,
    ...overrides,
  };
}

/** A key as it is stored; nothing in it opens. */
export function aSigningKey(kid: string): StoredSigningKey {
  return {
    kid,
    alg: 'ES256',
    status: 'current',
    publicJwk: { kty: 'EC', kid },
    sealedPrivateKey: `sealed ${kid}`,
    createdAt: NOW,
    retiredAt: null,
  };
}

/** What begins with a code of {@link aCode}. */
export function aNewFamily(handleHash: string, overrides: Partial<NewFamily> = {}): NewFamily {
  return {
    handleHash,
    kid: 'k1',
    expiresAt: NOW + 30 * 24 * 60 * MINUTE,
    idleLimitMs: 15 * 24 * 60 * MINUTE,
    outlives: 'expiry',
    jkt: null,
    rotatedBy: 1,
    atMost: 200,
    ...overrides,
  };
}

/** A use of the first token of a family of `sid-1` and spa-a, by whoever began it. */
export function aRefreshTokenUse(
  handleHash: string,
  generation: number,
  {
    policy,
    ...overrides
  }: Partial<Omit<RefreshTokenUse, 'policy'>> & { policy?: Partial<RefreshTokenUse['policy']> } = {},
): RefreshTokenUse {
  return {
    key: { sid: 'sid-1', handleHash },
    clientId: 'spa-a',
    presented: { kid: 'k1', generation },
    successorKid: 'k1',
    policy: {
      rotates: true,
      overlapMs: 30_000,
      absoluteLimitMs: 30 * 24 * 60 * MINUTE,
      idleLimitMs: 15 * 24 * 60 * MINUTE,
      outlives: 'end',
      overlapElsewhereIsReplay: false,
      replayEndsSession: false,
      clientNotBefore: 0,
      audiences: [''],
      sessionLimits: { idleMs: 3 * 24 * 60 * MINUTE, absoluteMs: 30 * 24 * 60 * MINUTE },
      ...policy,
    },
    proof: null,
    from: 1,
    now: NOW,
    address: '192.0.2.1',
    ...overrides,
  };
}
