const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * A moment as a person writes it: `90s`, `15m`, `1h`, `7d` ago, or a date such as `2026-11-20` or
 * `2026-11-20T08:00:00Z`. A date without a zone is UTC, as the log writes it.
 *
 * @param now Milliseconds since 1970.
 * @returns Milliseconds since 1970; `null` where it is neither.
 */
export function parseSince(text: string, now: number): number | null {
  const ago = /^(\d{1,9})([smhd])$/.exec(text);
  if (ago !== null) return Math.max(0, now - Number(ago[1]) * (UNIT_MS[ago[2] ?? ''] ?? 0));
  const date = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)?(Z|[+-]\d{2}:\d{2})?$/.exec(
    text,
  );
  if (date === null) return null;
  const hasTime = text.length > 10;
  const at = Date.parse(text.replace(' ', 'T') + (hasTime && date[1] === undefined ? 'Z' : ''));
  return Number.isNaN(at) ? null : at;
}
