import type { RowText } from '../command-output.js';
import { buildDistanceText, buildIsoTime, buildIsoTimeOrNull, buildMomentText } from '../distance.js';
import {
  buildFactLines,
  buildFittingText,
  buildTabLine,
  drawColumns,
  LINE_WIDTH,
  withoutControls,
} from '../terminal-text.js';
import { buildDeviceText } from './device-text.js';
import type { ListedSession } from './listed-session.js';

const COLUMNS = drawColumns([
  ['SID', 30],
  ['ACCOUNT', 24],
  ['STATE', 25],
  ['SIGNED IN', 10],
  ['LAST ACTIVE', 11],
  ['EXPIRES', 10],
]);

/** A session as a line of a list: for people, for programs, as JSON. */
export const sessionText: RowText<ListedSession> = {
  heading: COLUMNS.heading,
  json: (session) => JSON.stringify(buildSessionFields(session)),
  tabs: (session) =>
    buildTabLine([
      session.sid,
      session.account,
      session.state,
      session.reason ?? '-',
      buildIsoTime(session.signedInAt),
      buildIsoTime(session.lastActiveAt),
      buildIsoTime(buildExpiry(session)),
      buildDeviceText(session.device.userAgent),
      session.device.address,
      buildApplicationNames(session) || '-',
      session.flaggedAt === null ? '-' : buildIsoTime(session.flaggedAt),
    ]),
  /** A line of what is equally long for all, and one of what is not. */
  aligned: (session, now) => {
    const cells = [
      session.sid,
      session.account,
      buildStateText(session),
      buildDistanceText(session.signedInAt, now),
      buildDistanceText(session.lastActiveAt, now),
      session.state === 'ended' ? '-' : buildDistanceText(buildExpiry(session), now),
    ];
    const where = `${buildPlaceText(session)}; ${buildApplicationNames(session) || 'no application'}`;
    const warning = session.flaggedAt === null ? [] : [`  ${buildFlagText(session.flaggedAt, now)}`];
    return [COLUMNS.line(cells), buildFittingText(`  ${withoutControls(where)}`, LINE_WIDTH), ...warning];
  },
};

/** Everything about one session, a line per fact, the moments also exactly. */
export function buildSessionDetails(session: ListedSession, now: number): string[] {
  const applications = session.applications.map(({ clientId, name }) => `${name} (${clientId})`);
  const facts: readonly (readonly [string, string])[] = [
    ['Session', session.sid],
    ['Account', `${session.account} (${session.userId})`],
    ['State', buildStateText(session)],
    [
      'Signed in',
      `${buildMomentText(session.signedInAt, now)}, by ${session.methods.join(', ') || 'unknown means'}`,
    ],
    ['Last active', buildMomentText(session.lastActiveAt, now)],
    session.endedAt === null
      ? [
          'Expires',
          `unused: ${buildMomentText(session.idleExpiresAt, now)}; at the latest: ${buildMomentText(session.expiresAt, now)}`,
        ]
      : ['Ended', buildMomentText(session.endedAt, now)],
    ['Cookie', session.persistent ? 'kept by the browser' : 'goes with the browser window'],
    ['Device', buildPlaceText(session)],
    ['Calls itself', session.device.userAgent || '-'],
    ['Applications', applications.join(', ') || 'none'],
  ];
  if (session.flaggedAt === null) return buildFactLines(facts);
  return buildFactLines([...facts, ['Flagged', buildFlagText(session.flaggedAt, now)]]);
}

/** For JSON: moments in ISO 8601. */
export function buildSessionFields(session: ListedSession): Record<string, unknown> {
  return {
    sid: session.sid,
    userId: session.userId,
    account: session.account,
    state: session.state,
    reason: session.reason,
    signedInAt: buildIsoTime(session.signedInAt),
    methods: session.methods,
    lastActiveAt: buildIsoTime(session.lastActiveAt),
    idleExpiresAt: buildIsoTime(session.idleExpiresAt),
    expiresAt: buildIsoTime(session.expiresAt),
    endedAt: buildIsoTimeOrNull(session.endedAt),
    persistent: session.persistent,
    device: { name: buildDeviceText(session.device.userAgent), ...session.device },
    applications: session.applications,
    flaggedAt: buildIsoTimeOrNull(session.flaggedAt),
  };
}

/** The state with its reason, which often says the state already. */
export function buildStateText({ state, reason }: { state: string; reason: string | null }): string {
  if (reason === null) return state;
  return reason.includes(state) ? reason : `${state}: ${reason}`;
}

function buildExpiry({ idleExpiresAt, expiresAt }: ListedSession): number {
  return Math.min(idleExpiresAt, expiresAt);
}

function buildPlaceText({ device }: ListedSession): string {
  return `${buildDeviceText(device.userAgent)}, ${device.address}`;
}

function buildApplicationNames({ applications }: ListedSession): string {
  return applications.map(({ name }) => name).join(', ');
}

function buildFlagText(flaggedAt: number, now: number): string {
  return `an old refresh token was used ${buildDistanceText(flaggedAt, now)}`;
}
