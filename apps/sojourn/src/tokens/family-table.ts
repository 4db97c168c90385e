import type { RowText } from '../command-output.js';
import { buildDistanceText, buildIsoTime, buildIsoTimeOrNull, buildMomentText } from '../distance.js';
import { buildStateText } from '../sessions/session-table.js';
import {
  buildFactLines,
  buildFittingText,
  buildTabLine,
  drawColumns,
  LINE_WIDTH,
  withoutControls,
} from '../terminal-text.js';
import type { ListedFamily } from './listed-family.js';

const COLUMNS = drawColumns([
  ['ID', 53],
  ['STATE', 25],
  ['BEGAN', 10],
  ['LAST USED', 10],
  ['EXPIRES', 10],
]);

/** A refresh token family as a line of a list: for people, for programs, as JSON. */
export const familyText: RowText<ListedFamily> = {
  heading: COLUMNS.heading,
  json: (family) => JSON.stringify(buildFamilyFields(family)),
  tabs: (family) =>
    buildTabLine([
      family.id,
      family.account,
      family.application,
      family.audience || '-',
      family.scope.join(' ') || '-',
      family.state,
      family.reason ?? '-',
      buildIsoTime(family.startedAt),
      buildIsoTime(family.usedAt),
      String(family.generation),
      String(family.repeats),
      buildIsoTimeOrNull(family.idleExpiresAt) ?? '-',
      buildIsoTimeOrNull(family.expiresAt) ?? '-',
      family.jkt === null ? '-' : 'bound',
    ]),
  /** A line of what is equally long for all, then whose it is, then how it is used. */
  aligned: (family, now) => {
    const cells = [
      family.id,
      buildStateText(family),
      buildDistanceText(family.startedAt, now),
      buildDistanceText(family.usedAt, now),
      buildExpiryText(family, now),
    ];
    const whose = `  ${family.account}; ${family.application}; ${buildReachText(family)}`;
    const use = [`generation ${family.generation}`, buildRepeatsText(family), buildBoundText(family)];
    return [COLUMNS.line(cells), buildFittingText(withoutControls(whose), LINE_WIDTH), `  ${use.join('; ')}`];
  },
};

/** Everything about one family, a line per fact, the moments also exactly. */
export function buildFamilyDetails(family: ListedFamily, now: number): string[] {
  const momentOrNever = (at: number | null) => (at === null ? 'never' : buildMomentText(at, now));
  const facts: readonly (readonly [string, string])[] = [
    ['Id', family.id],
    ['Session', family.sid],
    ['Account', `${family.account} (${family.userId})`],
    ['Application', `${family.application} (${family.clientId})`],
    ['API', family.audience || 'userinfo only'],
    ['Scope', family.scope.join(' ') || 'none'],
    ['State', buildStateText(family)],
    ['Began', buildMomentText(family.startedAt, now)],
    ['Last used', buildMomentText(family.usedAt, now)],
    ['Generation', String(family.generation)],
    ['Retries', `${buildRepeatsText(family)}`],
    family.revokedAt === null
      ? [
          'Expires',
          `unused: ${momentOrNever(family.idleExpiresAt)}; at the latest: ${momentOrNever(family.expiresAt)}`,
        ]
      : ['Revoked', buildMomentText(family.revokedAt, now)],
    ['Survives', OUTLIVES_TEXT[family.outlives]],
    ['Key', family.jkt === null ? 'bound to no key' : `bound to the key ${family.jkt} (DPoP)`],
  ];
  return buildFactLines(facts);
}

/** For JSON: moments in ISO 8601. */
export function buildFamilyFields(family: ListedFamily): Record<string, unknown> {
  return {
    ...family,
    startedAt: buildIsoTime(family.startedAt),
    usedAt: buildIsoTime(family.usedAt),
    rotatedAt: buildIsoTime(family.rotatedAt),
    idleExpiresAt: buildIsoTimeOrNull(family.idleExpiresAt),
    expiresAt: buildIsoTimeOrNull(family.expiresAt),
    revokedAt: buildIsoTimeOrNull(family.revokedAt),
  };
}

const OUTLIVES_TEXT = {
  nothing: 'nothing: it dies where its session expires or ends',
  expiry: 'the expiry of its session, not its end',
  end: 'the expiry and the end of its session',
} as const;

function buildExpiryText({ state, reason, idleExpiresAt, expiresAt }: ListedFamily, now: number): string {
  // What ended, or expired with its session, did not come to a moment of its own.
  if (state === 'ended' || reason === 'session-expired') return '-';
  const moments = [idleExpiresAt, expiresAt].filter((at) => at !== null);
  return moments.length === 0 ? 'never' : buildDistanceText(Math.min(...moments), now);
}

function buildReachText({ audience, scope }: ListedFamily): string {
  return `${audience || 'userinfo only'}: ${scope.join(' ') || 'no scope'}`;
}

function buildRepeatsText({ repeats }: ListedFamily): string {
  return `${repeats} ${repeats === 1 ? 'retry' : 'retries'} given the same successor`;
}

function buildBoundText({ jkt }: ListedFamily): string {
  return jkt === null ? 'bound to no key' : 'bound to a key (DPoP)';
}
