import { EVENT_TYPES, type RecordedEvent } from '@sojourn/server';
import { withoutControls } from '../terminal-text.js';

/** Columns and the width that most values keep to. */
const COLUMNS = [
  ['TIME', 24],
  ['CODE', 15],
  ['EVENT', 27],
  ['REASON', 28],
  ['CLIENT', 32],
  ['USER', 30],
  ['ADDRESS', 0],
] as const;

/** The heading of the table. */
export function buildLogHeading(): string {
  return joinAligned(COLUMNS.map(([title]) => title));
}

/**
 * One event as a line.
 *
 * @param isAligned In columns for people; else separated by tabs for programs.
 */
export function buildLogLine(event: RecordedEvent, isAligned: boolean): string {
  const cells = [
    new Date(event.at).toISOString(),
    EVENT_TYPES[event.name] ?? '-',
    event.count > 1 ? `${event.name} ×${event.count}` : event.name,
    event.reason ?? '-',
    event.clientId ?? '-',
    event.userId ?? '-',
    event.address ?? '-',
  ].map(withoutControls);
  return isAligned ? joinAligned(cells) : cells.join('\t');
}

function joinAligned(cells: readonly string[]): string {
  return cells
    .map((cell, index) => cell.padEnd(COLUMNS[index]?.[1] ?? 0))
    .join('  ')
    .trimEnd();
}
