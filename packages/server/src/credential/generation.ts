/** How many values a row has given out one after the other, and which secrets made the last two. */
export interface GenerationCounter {
  readonly generation: number;
  /** The secret that made the current and the previous value; any other is refused. */
  readonly kid: string;
  readonly previousKid: string | null;
}

/** How old a genuine value is, by the counter of its row. */
export type ValueAge =
  | 'current'
  /** What the current value replaced. */
  | 'predecessor'
  /** Given out once and replaced long ago. */
  | 'older'
  /** Newer than its row: the store has lost commits. */
  | 'newer'
  /** Of the current generation, but made under a secret that did not make it. */
  | 'foreign';

/** Which of its row's values a genuine one is. @see design.md 3 (derived credentials) */
export function decideValueAge(
  row: GenerationCounter,
  presented: { readonly kid: string; readonly generation: number },
): ValueAge {
  const age = row.generation - presented.generation;
  if (age < 0) return 'newer';
  if (age === 0) return presented.kid === row.kid ? 'current' : 'foreign';
  return age === 1 && presented.kid === row.previousKid ? 'predecessor' : 'older';
}
