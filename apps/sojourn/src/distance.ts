const UNITS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
] as const;

/** How far away a moment is, in its largest unit: `3 d ago`, `in 5 min`, `now`. */
export function buildDistanceText(at: number, now: number): string {
  const far = Math.abs(at - now);
  const unit = UNITS.find(([length]) => far >= length);
  if (unit === undefined) return 'now';
  const text = `${Math.floor(far / unit[0])} ${unit[1]}`;
  return at < now ? `${text} ago` : `in ${text}`;
}

/** The same with the moment itself. */
export function buildMomentText(at: number, now: number): string {
  return `${buildDistanceText(at, now)} (${buildIsoTime(at)})`;
}

/** For programs. */
export function buildIsoTime(at: number): string {
  return new Date(at).toISOString();
}

/** The same where there may be none. */
export function buildIsoTimeOrNull(at: number | null): string | null {
  return at === null ? null : buildIsoTime(at);
}
