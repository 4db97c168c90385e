import { buildDurationText } from '../duration.js';
import { type Finding, failed, ok, warning } from './finding.js';

/** Issue and expiry of tokens are compared by machines that allow each other seconds, not minutes. */
export const DRIFT_AT_MOST_MS = 2_000;

/** This process's clock beside the others that could be asked; positive where they are ahead. */
export interface ClockFacts {
  /** The one that stamps files in the data folder; `null` where there is none. */
  readonly filesAheadMs: number | null;
  /** The database server's; `null` where there is none, or it was not asked. */
  readonly databaseAheadMs: number | null;
  /** The one of whatever answers at the issuer; `null` where nothing did. */
  readonly issuerAheadMs: number | null;
  /** How far in the future the newest event of the store lies; 0 where none does. */
  readonly eventsAheadMs: number;
}

/** Whether the clocks agree. A clock that all of them share can still be wrong: there is no network time here to ask. */
export function judgeClock({
  filesAheadMs,
  databaseAheadMs,
  issuerAheadMs,
  eventsAheadMs,
}: ClockFacts): Finding {
  const clocks: readonly [string, number | null][] = [
    ['the files of the data folder', filesAheadMs],
    ['the database', databaseAheadMs],
    ['the issuer', issuerAheadMs],
  ];
  const asked = clocks.flatMap(([name, aheadMs]) => (aheadMs === null ? [] : [{ name, aheadMs }]));
  const wrong = asked.filter(({ aheadMs }) => Math.abs(aheadMs) > DRIFT_AT_MOST_MS);
  const advice = 'Let both machines follow a time server (chrony, systemd-timesyncd).';
  if (wrong.length > 0) {
    const list = wrong
      .map(({ name, aheadMs }) => `${buildDrift(aheadMs)} the clock of ${name}`)
      .join(', and ');
    return failed('clock', `This machine's clock is ${list}; expected at most 2 s.`, advice);
  }
  if (eventsAheadMs > DRIFT_AT_MOST_MS) {
    const found = `The store holds events of ${buildDurationText(eventsAheadMs)} in the future: this clock was set back, or is now.`;
    return warning('clock', found, 'Compare it with a time server.');
  }
  if (asked.length === 0)
    return warning('clock', 'No other clock could be asked.', 'Start the server, then look again.');
  return ok('clock', `It agrees with that of ${asked.map(({ name }) => name).join(' and of ')}, to 2 s.`);
}

function buildDrift(aheadMs: number): string {
  return `${buildDurationText(Math.abs(aheadMs))} ${aheadMs > 0 ? 'behind' : 'ahead of'}`;
}

/**
 * How far a server's clock is ahead, from its `Date` header. That has whole seconds, may come from a cache (`Age`), and
 * was written at some moment between question and answer: only what none of it explains counts.
 *
 * @returns `null` without a date.
 */
export function buildServerDrift(
  { date, age }: { readonly date: string | undefined; readonly age: string | undefined },
  { sentAt, receivedAt }: { readonly sentAt: number; readonly receivedAt: number },
): number | null {
  const written = Date.parse(date ?? '');
  if (Number.isNaN(written)) return null;
  const earliest = written + (Number.parseInt(age ?? '0', 10) || 0) * 1_000;
  const latest = earliest + 999;
  if (earliest > receivedAt) return earliest - receivedAt;
  return latest < sentAt ? latest - sentAt : 0;
}
