/** What a command was given, by the names of its flags and places. */
export type Given = Readonly<Record<string, unknown>>;

/** The text of a flag or place; `undefined` where it was not given. */
export function textOf(given: Given, name: string): string | undefined {
  const value = given[name];
  return typeof value === 'string' ? value : undefined;
}

/** `--limit` as it was written; the sentence where it is no number of rows. */
export function parseLimit(text: string | undefined): { limit: number | null } | { mistake: string } {
  if (text === undefined) return { limit: null };
  if (/^[1-9]\d{0,8}$/.test(text)) return { limit: Number(text) };
  return { mistake: `--limit is ${JSON.stringify(text)}; expected a whole number from 1.` };
}
