import { mutantsOf } from './entry.js';

const decision = mutantsOf('refresh-token/decide-refresh.ts', ['refresh-token/decide-refresh.test.ts']);
const downtime = mutantsOf('refresh-token/downtime.ts', ['refresh-token/downtime.test.ts']);

export const REFRESH_TOKEN = [
  decision(
    `if (family.revokedAt !== null) return dead(family.revokeReason ?? 'revoked');`,
    '',
    'a revoked family is dead',
  ),
  decision(
    `if (user.blocked) return dead('user-blocked');`,
    '',
    'the families of a blocked account are dead',
  ),
  decision(
    'family.authenticatedAt < user.notBefore',
    'family.authenticatedAt <= user.notBefore',
    'what was authenticated in the very millisecond of notBefore lives',
  ),
  decision(
    `if (family.startedAt < policy.clientNotBefore) return dead('client-ended');`,
    '',
    'what a client was given before its end is dead',
  ),
  decision(
    `if (session.endedAt !== null && outlives !== 'end')`,
    `if (session.endedAt !== null && outlives === 'nothing')`,
    'a sign-out takes refresh tokens with it',
  ),
  decision(
    `if (outlives === 'nothing' && decideSessionState`,
    `if (outlives !== 'end' && decideSessionState`,
    'a refresh token survives the expiry of its session',
  ),
  decision(
    'absoluteAt !== null && now >= absoluteAt',
    'absoluteAt !== null && now > absoluteAt',
    'a family expires in the millisecond of its absolute limit',
  ),
  decision(
    'idleAt !== null && now >= idleAt',
    'idleAt !== null && now > idleAt',
    'a family expires in the millisecond of its idle limit',
  ),
  decision(
    'idleAt: idleMs === null ? null : family.usedAt + idleMs,',
    'idleAt: idleMs === null ? null : family.startedAt + idleMs,',
    'use keeps a family from going idle',
  ),
  decision(
    'return Math.min(one, other);',
    'return one;',
    'the stricter of a family’s limit and today’s counts',
  ),
  decision(
    `if (!policy.audiences.includes(family.audience))`,
    `if (policy.audiences.length === 0)`,
    'a client that may not call the API any more gets no token for it',
  ),
  decision(
    'family.jkt !== null && proof?.jkt !== family.jkt',
    'family.jkt !== null && proof != null && proof.jkt !== family.jkt',
    'a bound family needs a proof',
  ),
  decision(
    `case 'foreign':
      return { verdict: 'refuse', reason: 'secret-changed' };`,
    `case 'foreign':
      return { verdict: 'jump-ahead' };`,
    'a value of another secret than its row’s is refused',
  ),
  decision(
    `case 'older':
      return { verdict: 'replay' };`,
    `case 'older':
      return { verdict: 'refuse', reason: 'replayed' };`,
    'an old refresh token ends its family',
  ),
  decision(
    'const elapsedMs = now - family.rotatedAt - downtimeMs;',
    'const elapsedMs = now - family.rotatedAt;',
    'time in which the service could not answer does not count',
  ),
  decision(
    'Math.max(0, elapsedMs) < policy.overlapMs',
    'Math.max(0, elapsedMs) <= policy.overlapMs',
    'the overlap ends in its millisecond',
  ),
  decision(' && elapsedMs > -CLOCK_STEP_MS', '', 'a clock that goes back far revives no predecessor'),
  decision(
    '!(elsewhere && policy.overlapElsewhereIsReplay)',
    'true',
    'where the tenant says so, a repeat from elsewhere is a replay',
  ),
  decision(
    'family.lateGeneration !== family.generation',
    'family.lateGeneration !== 0',
    'a key revives one late predecessor of each generation, once',
  ),
  decision(
    'nonceAge !== null && nonceAge < FRESH_NONCE_MS',
    'nonceAge !== null',
    'a late predecessor needs a fresh nonce',
  ),
  decision(
    'const usedAt = Math.max(family.usedAt, now);',
    'const usedAt = now;',
    'a use is never earlier than the one before',
  ),
  decision(
    'previousKid: presented.kid,',
    'previousKid: family.previousKid,',
    'the predecessor’s secret is remembered',
  ),
  decision(
    'kid: policy.rotates ? successorKid : presented.kid,',
    'kid: family.kid,',
    'a row that jumps ahead keeps the secret of what it hands out',
  ),
  decision(
    `return { ...family, revokedAt: now, revokeReason: 'replayed' };`,
    'return family;',
    'a replay is written into the row',
  ),
  decision(
    'lateGeneration: late ? family.generation : family.lateGeneration,',
    'lateGeneration: family.lateGeneration,',
    'that a late predecessor was revived is written into the row',
  ),
  downtime(
    'Math.max(0, Math.min(endedAt, now) - Math.max(startedAt, since))',
    'Math.max(0, endedAt - startedAt)',
    'only the part of an outage since the rotation is forgiven',
  ),
  downtime('return Math.min(total, LONGEST_FORGIVEN_MS);', 'return total;', 'what is forgiven has a bound'),
  downtime(
    'heartbeatAt !== null && now - heartbeatAt >= HEARTBEAT_GAP_MS',
    'heartbeatAt !== null && false',
    'an outage that no heartbeat has told of yet is forgiven too',
  ),
];
