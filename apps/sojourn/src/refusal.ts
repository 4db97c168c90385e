/** What a command cannot do, in lines for the person who typed it. The command ends with 1 and no stack trace. */
export class CommandRefused extends Error {
  override readonly name = 'CommandRefused';
  readonly lines: readonly string[];

  constructor(lines: readonly string[]) {
    super(lines.join('\n'));
    this.lines = lines;
  }
}

/** `1 mistake, nothing was started:` and the mistakes, one per line. */
export function buildMistakeLines(mistakes: readonly string[], consequence: string): string[] {
  const count = mistakes.length === 1 ? '1 mistake' : `${mistakes.length} mistakes`;
  return [`${count}, ${consequence}:`, ...mistakes.map((mistake) => `  ${mistake}`)];
}
