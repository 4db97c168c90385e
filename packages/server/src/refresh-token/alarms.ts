import { buildEvent, type Event } from '../events/events.js';
import type { RefreshVerdict } from './decide-refresh.js';
import type { FamilyStanding, RefreshTokenUse } from './family.js';

/** What a use puts on record in its own transaction: alarms must not be lost. */
export function buildAlarms(
  { family, session, user }: FamilyStanding,
  verdict: RefreshVerdict,
  { address, now, policy }: RefreshTokenUse,
): Event[] {
  const facts = { sid: family.sid, clientId: family.clientId, userId: user.userId, address };
  switch (verdict.verdict) {
    case 'replay':
      return [
        buildEvent(now, 'refresh.replayed', facts),
        ...(policy.replayEndsSession && session.endedAt === null
          ? [buildEvent(now, 'session.ended', { ...facts, reason: 'refresh-token-replayed' })]
          : []),
      ];
    case 'jump-ahead':
      return [buildEvent(now, 'rollback.detected', { ...facts, reason: 'refresh-token' })];
    case 'repeat':
      return verdict.elsewhere ? [buildEvent(now, 'refresh.overlap-elsewhere', facts)] : [];
    default:
      return [];
  }
}
