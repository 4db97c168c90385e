import type { AuthorizationCode } from '../authorization/code-store.js';
import type { Consent } from '../authorization/consent-store.js';
import type { PushedRequest } from '../authorization/pushed-request-store.js';
import type { Interaction } from '../browser/interaction-store.js';
import type { PostedRequest } from '../browser/posted-request-store.js';
import type {
  ConfigurationChange,
  ConfigurationDocument,
  ConfigurationKind,
} from '../configuration/configuration.js';
import type { RecordedEvent } from '../events/event-store.js';
import type { EventName } from '../events/events.js';
import type { StoredSigningKey } from '../keys/key-store.js';
import type { RefreshTokenFamily } from '../refresh-token/family.js';
import type { StandingSession } from '../session/begin-session.js';
import type { Session } from '../session/session.js';
import type { BoundSession } from '../session/session-store.js';
import type { GrantStanding } from '../token/grant-store.js';
import type { User } from '../user/user.js';
import type { ClaimNames } from '../user/user-claims.js';

/** What both engines make of their rows: their columns have the same names, their packed rows the same order. */

export type Row = Record<string, unknown>;

/**
 * A wide row as one JSON array, which is cheaper to hand over than its columns one by one.
 */
// biome-ignore lint/suspicious/noExplicitAny: the select beside each use says what stands where
export type Packed = any[];

/** A session from its packed columns, in the order in which both engines select them. */
export function buildSession(packed: Packed): Session {
  const [
    sid,
    userId,
    authenticatedAt,
    amr,
    acr,
    lastActiveAt,
    limitsStartedAt,
    idleLimitMs,
    absoluteLimitMs,
    persistent,
    userAgent,
    address,
    endedAt,
    endReason,
    flaggedAt,
    userBlocked,
    userNotBefore,
  ] = packed;
  return {
    sid,
    userId,
    authenticatedAt,
    amr,
    acr,
    lastActiveAt,
    limitsStartedAt,
    idleLimitMs,
    absoluteLimitMs,
    persistent: persistent === 1,
    device: { userAgent, address },
    endedAt,
    endReason,
    flaggedAt,
    userBlocked: userBlocked === 1,
    userNotBefore,
  };
}

/** What a sign-in judges. */
export function buildStandingSession(row: Row): StandingSession {
  return {
    sid: row.sid as string,
    userId: row.user_id as string,
    authenticatedAt: row.authenticated_at as number,
    userBlocked: row.blocked === 1,
    userNotBefore: row.not_before as number,
    browserHash: row.browser_hash as string | null,
    browserGeneration: row.browser_generation as number,
  };
}

/** A session with what its browser's cookie is made from. */
export function buildBoundSession(row: Row, session: Session): BoundSession {
  return {
    session,
    handleHash: row.handle_hash as string,
    handleSeed: row.handle_seed as string,
    formerHandleHash: row.former_handle_hash as string | null,
  };
}

/** A user from its packed columns. */
export function buildUser(packed: Packed): User {
  const [
    userId,
    connection,
    email,
    emailVerified,
    username,
    passwordHash,
    claims,
    userMetadata,
    appMetadata,
    blocked,
    notBefore,
    createdAt,
    updatedAt,
  ] = packed;
  return {
    userId,
    connection,
    email,
    emailVerified: emailVerified === 1,
    username,
    passwordHash,
    claims,
    userMetadata,
    appMetadata,
    blocked: blocked === 1,
    notBefore,
    createdAt,
    updatedAt,
  };
}

/** What a family shares with others. */
export type FamilyTerms = Pick<RefreshTokenFamily, 'clientId' | 'audience' | 'scope' | 'amr' | 'acr'>;

/** A family from its packed columns; what it shares with others comes apart, as its terms. */
export function buildFamily(packed: Packed, terms: FamilyTerms): RefreshTokenFamily {
  const [
    sid,
    handleHash,
    claims,
    authenticatedAt,
    startedAt,
    expiresAt,
    idleLimitMs,
    outlives,
    jkt,
    generation,
    kid,
    previousKid,
    rotatedAt,
    usedAt,
    rotatedBy,
    repeats,
    lateGeneration,
    revokedAt,
    revokeReason,
  ] = packed;
  return {
    sid,
    handleHash,
    ...terms,
    claims,
    authenticatedAt,
    startedAt,
    expiresAt,
    idleLimitMs,
    outlives,
    jkt,
    generation,
    kid,
    previousKid,
    rotatedAt,
    usedAt,
    rotatedBy,
    repeats,
    lateGeneration,
    revokedAt,
    revokeReason,
  };
}

/** What a family shares with others, from packed columns. */
export function buildFamilyTerms(packed: Packed): FamilyTerms {
  const [clientId, audience, scope, amr, acr] = packed;
  return {
    clientId,
    audience,
    scope: buildWords(scope),
    amr: buildWords(amr),
    acr: acr === '' ? null : acr,
  };
}

/** A grant, or a family that stands for one, with what else its tokens live by. */
export function buildGrantStanding(row: Row): GrantStanding {
  return {
    grantId: row.grant_id as string,
    clientId: row.client_id as string,
    userId: row.user_id as string | null,
    sid: row.sid as string | null,
    scope: buildWords(row.scope),
    audience: row.audience as string,
    userinfoClaims: buildUserinfoClaims(row),
    startedAt: row.started_at as number,
    endedAt: (row.ended_at ?? findEndOfAuthorization(row)) as number | null,
    outlivesSessionEnd: row.outlives === 'end',
    sessionEndedAt: row.session_ended_at as number | null,
    authenticatedAt: row.authenticated_at as number | null,
    userBlocked: row.blocked === 1,
    userNotBefore: (row.not_before as number | null) ?? 0,
  };
}

/** What came before the End-User's authorizations of this client were ended. */
function findEndOfAuthorization(row: Row): unknown {
  const endedAt = row.authorization_ended_at as number | null;
  return endedAt !== null && (row.started_at as number) < endedAt ? endedAt : null;
}

function buildUserinfoClaims(row: Row): readonly string[] {
  if (row.userinfo_claims !== null && row.userinfo_claims !== undefined)
    return buildWords(row.userinfo_claims);
  return row.claims === null ? [] : (JSON.parse(row.claims as string) as ClaimNames).userinfo;
}

function buildWords(value: unknown): string[] {
  return value === '' ? [] : (value as string).split(' ');
}

/** An interaction from its row. */
export function buildInteraction(row: Row): Interaction {
  return {
    id: row.id as string,
    browserHash: row.browser_hash as string,
    browserGeneration: row.browser_generation as number,
    request: JSON.parse(row.request as string),
    startedAt: row.started_at as number,
    expiresAt: row.expires_at as number,
    progress: {
      authenticatedSid: row.authenticated_sid as string | null,
      selectedSid: row.selected_sid as string | null,
      wantsAnotherAccount: row.wants_another_account === 1,
      consentedSid: row.consented_sid as string | null,
      consentDenied: row.consent_denied === 1,
    },
    finishedAt: row.finished_at as number | null,
  };
}

/** A kept POST from its row. */
export function buildPostedRequest(row: Row): PostedRequest {
  return {
    handleHash: row.handle_hash as string,
    path: row.path as string,
    sealedBody: row.sealed_body as string,
    expiresAt: row.expires_at as number,
  };
}

/** A pushed request from its row. */
export function buildPushedRequest(row: Row): PushedRequest {
  return {
    handleHash: row.handle_hash as string,
    clientId: row.client_id as string,
    sealedParameters: row.sealed_parameters as string,
    expiresAt: row.expires_at as number,
    keptUntil: row.kept_until as number,
    usedAt: row.used_at as number | null,
    usedBy: row.used_by as string | null,
  };
}

/** A consent from its row. */
export function buildConsent(row: Row): Consent {
  return {
    userId: row.user_id as string,
    clientId: row.client_id as string,
    audience: row.audience as string,
    scope: (row.scope as string).split(' '),
    givenAt: row.given_at as number,
  };
}

/** An entry of the configuration from its row, secrets sealed. */
export function buildDocument(row: Row): ConfigurationDocument {
  return buildChange(row) as ConfigurationDocument;
}

/** The document of an entry that is gone is JSON's `null`. */
export function buildChange(row: Row): ConfigurationChange {
  return {
    kind: row.kind as ConfigurationKind,
    id: row.id as string,
    document: JSON.parse(row.document as string),
  };
}

/** How many changes of the configuration are read one by one; where there are more, all of it is read. */
export const CHANGES_AT_ONCE = 100;
/** For how many versions it is remembered that an entry went; whoever is further behind reads all of it. */
export const GONE_REMEMBERED = 10_000;

/** @param known the version that a node has; a store that is older was restored, and nothing that is known counts. */
export function isFarBehind(known: number | null, version: number): boolean {
  return known === null || known > version || version - known > GONE_REMEMBERED;
}

/** Whether an entry is a client that registered itself. */
export function isRegistration({ kind, document }: ConfigurationDocument): boolean {
  const { sojourn } = document as { sojourn?: { registration?: unknown } };
  return kind === 'client' && sojourn?.registration !== undefined;
}

/** A signing key from its row, sealed. */
export function buildSigningKey(row: Row): StoredSigningKey {
  return {
    kid: row.kid as string,
    alg: row.alg as StoredSigningKey['alg'],
    status: row.status as StoredSigningKey['status'],
    publicJwk: JSON.parse(row.public_jwk as string),
    sealedPrivateKey: row.sealed_private_key as string,
    createdAt: row.created_at as number,
    retiredAt: row.retired_at as number | null,
  };
}

/** A line of the record from its row. */
export function buildRecordedEvent(row: Row): RecordedEvent {
  return {
    id: row.id as number,
    at: row.at as number,
    name: row.name as EventName,
    reason: row.reason as string | null,
    sid: row.sid as string | null,
    clientId: row.client_id as string | null,
    userId: row.user_id as string | null,
    address: row.address as string | null,
    count: row.count as number,
  };
}

/** An authorization code from its row. */
export function buildCode(row: Row): AuthorizationCode {
  const issued = JSON.parse(row.issued as string) as Omit<AuthorizationCode, 'codeHash' | 'redeemedAt'>;
  return { codeHash: row.code_hash as string, redeemedAt: row.redeemed_at as number | null, ...issued };
}
