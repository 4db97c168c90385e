/**
 * What can happen, as a closed list, each with Auth0's log code where one exists.
 * @see design.md 8
 */
export const EVENT_TYPES = {
  'login.succeeded': 's',
  'login.failed': 'fp',
  'login.limited': 'limit_wc',
  'signup.succeeded': 'ss',
  'signup.failed': 'fs',
  'session.started': null,
  'session.renewed': null,
  'session.signed-out': 'slo',
  'session.ended': 'session_revoked',
  'authorization.succeeded': null,
  'authorization.pushed': null,
  'authorization.refused': 'f',
  'silent.succeeded': 'ssa',
  'silent.refused': 'fsa',
  'consent.given': null,
  'consent.denied': null,
  'client.refused': 'f',
  'code.exchanged': 'seacft',
  'code.refused': 'feacft',
  'code.replayed': 'feacft',
  'client-credentials.exchanged': 'seccft',
  'client-credentials.refused': 'feccft',
  'refresh.succeeded': 'sertft',
  'refresh.repeated': 'sertft',
  'refresh.refused': 'ferrt',
  'refresh.replayed': 'ferrt',
  'refresh.overlap-elsewhere': null,
  'family.revoked': 'srrt',
  'grant.revoked': 'srrt',
  'authorizations.ended': 'sapi',
  'client.ended': 'sapi',
  'attachment.replayed': null,
  'rollback.detected': null,
  'origin.refused': 'fco',
  'user.created': 'sapi',
  'user.blocked': 'sapi',
  'user.unblocked': 'sapi',
  'user.password-changed': 'scp',
  'key.rotated': 'sapi',
  'key.retired': 'sapi',
  'configuration.loaded': 'sapi',
  'client.registered': 'sapi',
  'client.changed': 'sapi',
  'client.deleted': 'sapi',
  'registration.refused': 'fapi',
} as const satisfies Record<string, string | null>;

/** The name of something that can happen. */
export type EventName = keyof typeof EVENT_TYPES;

/** One line of the record. Never holds a secret: ids, reasons and addresses only. */
export interface Event {
  readonly at: number;
  readonly name: EventName;
  readonly reason: string | null;
  readonly sid: string | null;
  readonly clientId: string | null;
  readonly userId: string | null;
  readonly address: string | null;
  /** How many of the same within the second this line stands for. */
  readonly count: number;
}

/** More than any id that this server made or was configured with; what is longer was written by a stranger. */
const LONGEST_TEXT = 256;

/**
 * An event with what the caller knows; the rest is `null`, the count 1. No text of it is longer than 256 characters,
 * whatever was sent: lines are kept for a month.
 */
export function buildEvent(
  at: number,
  name: EventName,
  facts: Partial<Pick<Event, 'reason' | 'sid' | 'clientId' | 'userId' | 'address'>>,
): Event {
  const { reason = null, sid = null, clientId = null, userId = null, address = null } = facts;
  return {
    at,
    name,
    reason: bound(reason),
    sid: bound(sid),
    clientId: bound(clientId),
    userId: bound(userId),
    address: bound(address),
    count: 1,
  };
}

function bound(text: string | null): string | null {
  return text === null || text.length <= LONGEST_TEXT ? text : text.slice(0, LONGEST_TEXT);
}
