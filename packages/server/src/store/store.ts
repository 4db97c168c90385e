import type { ConfigurationDocument } from '../configuration/configuration.js';
import type { Event } from '../events/events.js';
import type {
  FamilyKey,
  FamilyStanding,
  NewFamily,
  RefreshOutcome,
  RefreshTokenUse,
  RevokeReason,
} from '../refresh-token/family.js';
import type { EndReason, Session } from '../session/session.js';
import type { User } from '../user/user.js';

/**
 * The storage boundary. Reads are `find…`. Every write is one sentence of the protocol, happens entirely or not
 * at all, is durable before it answers, and returns what happened, because the loser of a race must know that it
 * lost. Times are integer milliseconds and always given by the caller.
 *
 * Every method throws `StoreUnavailable` where the store cannot answer; then nothing was changed.
 */
export interface Store {
  // Configuration, and the secrets that make this store this deployment's.

  /**
   * With its version: hot writes refuse, by `ConfigurationChanged`, to be judged by an older one than the store has
   * when another node changed it meanwhile.
   */
  findConfiguration(): Promise<ConfigurationDocument[]>;
  /** Calls back soon after another node changed the configuration or the keys; a hint, not a promise. */
  onConfigurationChange(listener: () => void): () => void;
  /** Creates the entries or makes them equal. Entries not named stay. */
  saveConfiguration(documents: readonly ConfigurationDocument[], events: readonly Event[]): Promise<void>;
  deleteConfiguration(deletion: {
    kind: ConfigurationDocument['kind'];
    id: string;
    events: readonly Event[];
  }): Promise<'deleted' | 'unknown'>;
  /** Keeps the candidate only where nothing has the name yet, and returns what is in force: two nodes at once agree. */
  adoptSealedValue(name: string, candidate: string): Promise<string>;
  /** The same value under another secret. */
  replaceSealedValue(change: { name: string; from: string; to: string }): Promise<'replaced' | 'different'>;
  /**
   * Keeps a check value for each secret, unless the store knows secrets and none of these is among them. Returns all
   * that it knows, by the secret's id: a wrong secret is seen by the difference.
   */
  adoptSecretChecks(checks: ReadonlyMap<string, string>): Promise<ReadonlyMap<string, string>>;
  /** Keeps the candidates only where there are no keys yet, and returns those in force: two nodes at once agree. */
  adoptSigningKeys(candidates: readonly StoredSigningKey[]): Promise<StoredSigningKey[]>;
  /** Current becomes retired, next becomes current, the successor becomes next: one step, or `changed` meanwhile. */
  rotateSigningKey(rotation: {
    /** The next key as the caller saw it. */
    nextKid: string;
    successor: StoredSigningKey;
    now: number;
    events: readonly Event[];
  }): Promise<'rotated' | 'changed'>;
  /** Forgets a retired key: nothing it signed verifies any more. */
  deleteRetiredSigningKey(kid: string, events: readonly Event[]): Promise<'deleted' | 'not-retired'>;

  // Users.

  findUser(userId: string): Promise<User | null>;
  /** @param key the email or username as `identifierKey` writes it. */
  findUserByIdentifier(key: string): Promise<User | null>;
  createUser(user: NewUser, events: readonly Event[]): Promise<'created' | 'identifier-taken'>;
  /** Profile, identifiers and metadata; neither password nor block. */
  updateUser(user: NewUser, now: number): Promise<'updated' | 'identifier-taken' | 'unknown'>;
  /** Replaces a hash by a better one of the same password. Ends nothing. */
  rehashPassword(userId: string, passwordHash: string): Promise<void>;
  /** Ends every session of the End-User in the same step. */
  changePassword(change: {
    userId: string;
    passwordHash: string;
    now: number;
    events: readonly Event[];
  }): Promise<'changed' | 'unknown'>;
  /** Blocking ends every session of the End-User in the same step. */
  blockUser(change: {
    userId: string;
    blocked: boolean;
    now: number;
    events: readonly Event[];
  }): Promise<'changed' | 'unknown'>;

  /** What may be used once until it expires: the `jti` of a client assertion. One caller is told `first`. */
  useOnce(use: { key: string; expiresAt: number }): Promise<'first' | 'again'>;

  // Password attempts, counted before the hash is computed.

  reserveLoginAttempt(attempt: {
    buckets: readonly LoginAttemptBucket[];
    windowMs: number;
    now: number;
  }): Promise<{ outcome: 'reserved'; reservation: string } | { outcome: 'limited'; retryAt: number }>;
  /** Takes a reservation back: the password was right. */
  releaseLoginAttempt(reservation: string): Promise<void>;

  // Interactions: leaving for a page and coming back.

  /** Keeps at most `atMost` per browser; the oldest goes. */
  startInteraction(interaction: Interaction, atMost: number): Promise<void>;
  findInteraction(id: string): Promise<Interaction | null>;
  recordInteractionProgress(id: string, progress: InteractionProgress): Promise<'recorded' | 'unknown'>;

  /** It ended in an answer to the client that carries no code. */
  finishInteraction(id: string, now: number): Promise<void>;

  /** A cross-site POST waiting to be read again by a request that carries cookies. */
  keepPostedRequest(posted: PostedRequest): Promise<void>;
  findPostedRequest(handleHash: string, now: number): Promise<PostedRequest | null>;

  // Sessions.

  findSession(sid: string): Promise<Session | null>;
  findSessionByHandle(handleHash: string): Promise<Session | null>;
  findSessionBySilentHandle(silentHandleHash: string): Promise<Session | null>;
  /** Starts a session; the one it replaces (another End-User's in this browser) ends in the same step. */
  startSession(start: {
    session: NewSession;
    replaces: string | null;
    events: readonly Event[];
  }): Promise<{ replaced: readonly string[] }>;
  /** The same End-User signed in again: row and sid stay, the handle is replaced, limits restart. */
  renewSession(renewal: {
    sid: string;
    handleHash: string;
    silentHandleHash: string;
    authenticatedAt: number;
    amr: readonly string[];
    acr: string | null;
    idleLimitMs: number;
    absoluteLimitMs: number;
    device: Session['device'];
    events: readonly Event[];
  }): Promise<'renewed' | 'ended'>;
  /** Moves the idle clock forward, never back. */
  touchSession(sid: string, now: number): Promise<'touched' | 'ended'>;
  /** Ends the session with its codes, grants and attachments, and tells which clients took part. */
  endSession(end: {
    sid: string;
    reason: EndReason;
    now: number;
    events: readonly Event[];
  }): Promise<{ outcome: 'ended'; participants: readonly string[] } | { outcome: 'already-ended' }>;
  /** Nothing of the End-User's from before this moment lives on, whatever it outlives; sessions are ended in the same step. */
  endSessionsOfUser(end: {
    userId: string;
    reason: EndReason;
    now: number;
    events: readonly Event[];
  }): Promise<{ outcome: 'ended'; sessions: number } | { outcome: 'unknown' }>;
  findSessions(query: SessionQuery): Promise<SessionListing[]>;
  findParticipants(sid: string): Promise<string[]>;
  /** What a client holds in a session, one entry per audience and scope it was ever given there. */
  findHoldings(sid: string, clientId: string): Promise<Holding[]>;

  // Consent.

  findConsents(userId: string, clientId: string): Promise<Consent[]>;
  recordConsent(consent: Consent, events: readonly Event[]): Promise<void>;
  /**
   * What a client was given for an End-User ends: families, codes, grants. With `withdrawsConsent` the End-User's
   * consents go as well, so the client has to ask again.
   */
  endAuthorizations(end: {
    userId: string;
    clientId: string;
    reason: RevokeReason;
    withdrawsConsent: boolean;
    now: number;
    events: readonly Event[];
  }): Promise<{ families: number }>;

  // Authorization codes. RFC 6749 §4.1.2: "The client MUST NOT use the authorization code more than once."

  /** Locks the session row: an ended session gives no code. */
  saveAuthorizationCode(issue: {
    code: AuthorizationCode;
    /** The interaction that this code finishes. */
    finishes: string | null;
    /** Whether issuing moves the session's idle clock. */
    touch: boolean;
  }): Promise<'saved' | 'session-ended'>;
  /** With the End-User it was issued for, as the account is now: one read for all that an exchange asks. */
  findAuthorizationCode(codeHash: string): Promise<{ code: AuthorizationCode; user: User } | null>;
  /** The clients that hold a code of the End-User that nobody has used. */
  findClientsWithCodes(userId: string): Promise<string[]>;
  /** Of many callers with one code, one is told `redeemed`. */
  redeemAuthorizationCode(redemption: {
    /** As it was found; what was issued does not change, whether it was redeemed is looked up anew. */
    code: AuthorizationCode;
    now: number;
    accessTokenExpiresAt: number;
    /** Moves the session's idle clock. */
    touch: boolean;
    attach: AttachmentMove | null;
    /** The refresh token family that begins with it: instead of a grant, whose id it takes. */
    family: NewFamily | null;
    /** Written where the code turns out to have been used before. */
    replayEvents: readonly Event[];
  }): Promise<RedeemOutcome>;

  // Grants: one row per authorization. A token is alive if its grant and session are.

  /** Where the grant is of a session: locks its row, joins the client to it, and moves its idle clock if asked. */
  startGrant(start: {
    grant: Grant;
    touch: boolean;
    /** The interaction that this grant finishes. */
    finishes: string | null;
  }): Promise<'started' | 'session-ended'>;
  endGrant(end: {
    grantId: string;
    /** Where the token names one: a family is the grant of its tokens. */
    sid: string | null;
    now: number;
    events: readonly Event[];
  }): Promise<'ended' | 'already-ended'>;
  /** @param sid where the token names one: a family is the grant of its tokens. */
  findGrant(grantId: string, sid: string | null): Promise<GrantStanding | null>;

  // Refresh token families (design.md 5).

  /** Judged by `decideRefresh` against the row as it is in that moment, in one step. */
  useRefreshToken(use: RefreshTokenUse): Promise<RefreshOutcome>;
  /** Without using it. */
  findFamily(key: FamilyKey): Promise<FamilyStanding | null>;
  revokeFamily(end: {
    key: FamilyKey;
    reason: RevokeReason;
    now: number;
    events: readonly Event[];
  }): Promise<'revoked' | 'already-revoked'>;
  findFamilies(query: FamilyQuery): Promise<FamilyStanding[]>;

  // Attachments (design.md 4).

  findAttachment(handleHash: string): Promise<{ attachment: Attachment; session: Session } | null>;
  endAttachment(end: {
    handleHash: string;
    now: number;
    events: readonly Event[];
  }): Promise<'ended' | 'already-ended'>;
  /** A genuine value newer than its row: the store was rolled back, and the row jumps ahead. */
  advanceAttachment(advance: {
    handleHash: string;
    generation: number;
    kid: string;
    now: number;
    events: readonly Event[];
  }): Promise<void>;

  // The record.

  recordEvents(events: readonly Event[]): Promise<void>;
  findEvents(query: { after: number; since: number; atMost: number }): Promise<RecordedEvent[]>;

  /** Deletes what nothing can ask for any more, in small steps. Returns how many rows went. */
  deleteExpired(now: number, policy: { logRetentionMs: number; atMost: number }): Promise<number>;
  /** The clock that all nodes of this store share; `null` where it has none. */
  findClock(): Promise<number | null>;
  /**
   * Says that the service can answer: the store takes a write. A gap between two beats is kept as an outage, which does
   * not count against the overlap of refresh tokens.
   *
   * @returns the store's own clock, where it has one.
   */
  beat(now: number): Promise<{ storeNow: number | null }>;
  close(): Promise<void>;
}

/** Another node changed the configuration since it was read here. Nothing was changed; read it and ask again. */
export class ConfigurationChanged extends Error {
  override readonly name = 'ConfigurationChanged';
}

/** The store cannot answer now. Nothing was changed; the caller answers 503. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

export interface StoredSigningKey {
  readonly kid: string;
  readonly alg: 'ES256' | 'RS256';
  readonly status: 'next' | 'current' | 'retired';
  readonly publicJwk: Readonly<Record<string, unknown>>;
  /** PKCS #8, sealed under the deployment's secret. */
  readonly sealedPrivateKey: string;
  readonly createdAt: number;
  readonly retiredAt: number | null;
}

/** A user with the keys it is found by. */
export interface NewUser {
  readonly user: User;
  readonly identifierKeys: readonly string[];
}

export interface LoginAttemptBucket {
  readonly key: string;
  readonly atMost: number;
}

/** A validated authorization request that waits for its End-User. */
export interface Interaction {
  /** 128 random bits; the `state` of pages and of `/continue`. */
  readonly id: string;
  /** SHA-256 of the browser cookie: the browser that began it finishes it. */
  readonly browserHash: string;
  /** The request's parameters as they were validated. They are validated again at each use. */
  readonly request: readonly (readonly [string, string])[];
  readonly startedAt: number;
  readonly expiresAt: number;
  readonly progress: InteractionProgress;
  /** When it ended in an answer to the client. */
  readonly finishedAt: number | null;
}

/** What the End-User has done in this interaction, each bound to the session it was done in. */
export interface InteractionProgress {
  readonly authenticatedSid: string | null;
  readonly selectedSid: string | null;
  /** "Use another account": the session that stands is not the one that is wanted. */
  readonly wantsAnotherAccount: boolean;
  readonly consentedSid: string | null;
  readonly consentDenied: boolean;
}

export interface PostedRequest {
  readonly handleHash: string;
  readonly path: string;
  /** Sealed under the handle, which the store does not know. */
  readonly sealedBody: string;
  readonly expiresAt: number;
}

export type NewSession = Omit<
  Session,
  'endedAt' | 'endReason' | 'flaggedAt' | 'userBlocked' | 'userNotBefore'
> & {
  readonly handleHash: string;
  readonly silentHandleHash: string;
};

/** Ended and expired ones too. Every condition that is given narrows. */
export interface SessionQuery {
  readonly userId: string | null;
  /** Sessions that this client takes part in. */
  readonly clientId: string | null;
  /** The `sid` of the last one that is known. */
  readonly after: string | null;
  readonly atMost: number;
}

export interface SessionListing {
  readonly session: Session;
  readonly participants: readonly string[];
}

/** Dead ones too. Every condition that is given narrows. */
export interface FamilyQuery {
  readonly userId: string | null;
  readonly clientId: string | null;
  readonly sid: string | null;
  /** The last one that is known. */
  readonly after: FamilyKey | null;
  readonly atMost: number;
}

export interface Holding {
  readonly audience: string;
  readonly scope: readonly string[];
}

/** Auth0's "grant": what an End-User agreed to give a client at one API (`''` for the End-User's own claims). */
export interface Consent {
  readonly userId: string;
  readonly clientId: string;
  readonly audience: string;
  readonly scope: readonly string[];
  readonly givenAt: number;
}

/** What one authorization allows. */
export interface Authorization {
  readonly grantId: string;
  readonly clientId: string;
  readonly userId: string;
  readonly sid: string;
  readonly scope: readonly string[];
  /** The API's identifier, or `''` for tokens that only reach userinfo. */
  readonly audience: string;
  /** Of this authorization's own moment; later sign-ins do not change them. */
  readonly authenticatedAt: number;
  readonly amr: readonly string[];
  readonly acr: string | null;
  /** Standard claims asked for one by one, beyond the scopes; `null` where none are. @see OIDC Core §5.5 */
  readonly claims: ClaimNames | null;
}

export interface ClaimNames {
  readonly idToken: readonly string[];
  readonly userinfo: readonly string[];
}

export interface AuthorizationCode extends Authorization {
  readonly codeHash: string;
  readonly redirectUri: string;
  /** RFC 7636; `null` only for confidential clients that sent none. */
  readonly codeChallenge: string | null;
  readonly nonce: string | null;
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly redeemedAt: number | null;
  /** `prompt=none`: redemption moves the idle clock only if the End-User was active. */
  readonly silent: boolean;
  /** Whether redemption counts as activity of the End-User. */
  readonly active: boolean;
  /** The attachment handle sealed under the code itself, and the generation its authorization presented. */
  readonly attachment: { readonly sealedHandle: string; readonly presentedGeneration: number | null } | null;
  /** The handle of the family that begins with the exchange, sealed likewise; `grantId` is its hash. */
  readonly sealedFamilyHandle: string | null;
  /** RFC 9449 §10: the key that the exchange must prove; `null` where any or none may. */
  readonly dpopJkt: string | null;
}

/** What an exchange wants to become of the attachment of its session, client and origin. */
export interface AttachmentMove {
  readonly handleHash: string;
  readonly kid: string;
  readonly origin: string;
  /** The generation the code's own authorization presented; `null` where it came from no attachment. */
  readonly presentedGeneration: number | null;
  /** Within this time a value may be given again instead of the next. */
  readonly overlapMs: number;
  /** The key of the exchange: codes given on the attachment are bound to it. */
  readonly jkt: string | null;
}

export type RedeemOutcome =
  | {
      readonly outcome: 'redeemed';
      /** The attachment value to hand out; `null` where none is due. */
      readonly attachment: { readonly generation: number; readonly kid: string } | null;
      /** Whether the session's cookies outlive the browser window. */
      readonly persistent: boolean;
    }
  /** The grant of the first use has been ended in the same step. */
  | { readonly outcome: 'already-redeemed' }
  | { readonly outcome: 'session-ended' }
  | { readonly outcome: 'unknown' };

export interface Grant {
  readonly grantId: string;
  readonly clientId: string;
  /** `null` for `client_credentials`. */
  readonly userId: string | null;
  readonly sid: string | null;
  readonly scope: readonly string[];
  readonly audience: string;
  /** Claims asked for at userinfo, beyond the scopes. */
  readonly userinfoClaims: readonly string[];
  readonly startedAt: number;
  /** When the last access token of it expires. */
  readonly expiresAt: number;
  readonly endedAt: number | null;
}

/** A grant with what else decides whether its tokens live. */
export interface GrantStanding extends Omit<Grant, 'expiresAt'> {
  /** A family's: whether its tokens survive the session's end. */
  readonly outlivesSessionEnd: boolean;
  readonly sessionEndedAt: number | null;
  readonly authenticatedAt: number | null;
  readonly userBlocked: boolean;
  readonly userNotBefore: number;
}

/** One per session, client and origin, with a generation that moves at each exchange. */
export interface Attachment {
  readonly sid: string;
  readonly clientId: string;
  readonly origin: string;
  readonly generation: number;
  /** The secret that made the current and the previous generation's value; any other is refused. */
  readonly kid: string;
  readonly previousKid: string | null;
  readonly movedAt: number;
  /** The key that codes given on it are bound to. */
  readonly jkt: string | null;
  readonly endedAt: number | null;
}

export interface RecordedEvent extends Event {
  /** Grows from event to event of this store, with gaps. */
  readonly id: number;
}
