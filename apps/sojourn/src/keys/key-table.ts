import { buildDurationText } from '../duration.js';
import { buildShortKid, type ListedKey } from './listed-key.js';

/** Columns and their widths. */
const COLUMNS = [
  ['KID', 12],
  ['ALG', 5],
  ['STATUS', 7],
  ['CREATED', 24],
  ['PUBLISHED FOR', 13],
  ['RETIRED', 0],
] as const;

export function buildKeyHeading(): string {
  return joinAligned(COLUMNS.map(([title]) => title));
}

/**
 * One key as a line.
 *
 * @param options.isAligned In columns for people; else separated by tabs for programs.
 */
export function buildKeyLine(key: ListedKey, options: { isAligned: boolean; now: number }): string {
  const cells = [
    buildShortKid(key.kid),
    key.alg,
    key.status,
    buildTime(key.createdAt),
    // A key is in the published set from the moment it is made.
    buildDurationText(options.now - key.createdAt),
    key.retiredAt === null ? '-' : buildTime(key.retiredAt),
  ];
  return options.isAligned ? joinAligned(cells) : cells.join('\t');
}

/** The same for programs, with the whole `kid`. */
export function buildKeyJson({ kid, alg, status, createdAt, retiredAt }: ListedKey): string {
  const created = buildTime(createdAt);
  return JSON.stringify({
    kid,
    alg,
    status,
    createdAt: created,
    publishedSince: created,
    retiredAt: retiredAt === null ? null : buildTime(retiredAt),
  });
}

function buildTime(at: number): string {
  return new Date(at).toISOString();
}

function joinAligned(cells: readonly string[]): string {
  return cells
    .map((cell, index) => cell.padEnd(COLUMNS[index]?.[1] ?? 0))
    .join('  ')
    .trimEnd();
}
