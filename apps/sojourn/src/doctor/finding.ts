import { withoutControls } from '../terminal-text.js';

/** What `sojourn doctor` looks at, in the order in which it tells. */
export const CHECKS = [
  'settings',
  'store',
  'schema',
  'secret',
  'keys',
  'disk',
  'clock',
  'server',
  'issuer',
  'cookies',
] as const;

/** One of the things that are looked at. */
export type Check = (typeof CHECKS)[number];

/** How one check came out. */
export interface Finding {
  readonly check: Check;
  readonly status: 'ok' | 'warning' | 'failed';
  /** What was found, as sentences. */
  readonly found: string;
  /** What to do about it; `null` where nothing is to be done. */
  readonly advice: string | null;
}

/** Nothing is to be done. */
export function ok(check: Check, found: string): Finding {
  return { check, status: 'ok', found, advice: null };
}

/** The server runs, but something is to be done soon. */
export function warning(check: Check, found: string, advice: string): Finding {
  return { check, status: 'warning', found, advice };
}

/** The server does not run as it is, or not for everybody. */
export function failed(check: Check, found: string, advice: string): Finding {
  return { check, status: 'failed', found, advice };
}

/** One line for people. Some of it comes from another server's answer. */
export function buildFindingLine({ check, status, found, advice }: Finding): string {
  const text = advice === null ? found : `${found} ${advice}`;
  return `${status.padEnd(7)}  ${check.padEnd(8)}  ${withoutControls(text)}`;
}
