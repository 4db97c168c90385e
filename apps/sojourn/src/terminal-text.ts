/** What fits the terminals of most people. */
export const LINE_WIDTH = 120;

/** A request may name itself as it likes; on a terminal, control characters would draw over other lines. */
export function withoutControls(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd');
}

/** A column: its title and width. Width 0 is as wide as what stands there, for the last. */
export type Column = readonly [title: string, width: number];

/** How lines of a list are drawn for people, all alike. */
export interface Columns {
  readonly heading: string;
  /** Cells under the heading, cut to the width of their column. */
  line(cells: readonly string[]): string;
  /** The same, with every cell whole: one that is too long moves those behind it. */
  wholeLine(cells: readonly string[]): string;
}

/** @param columns from left to right. */
export function drawColumns(columns: readonly Column[]): Columns {
  const draw = (cells: readonly string[], cut: (cell: string, width: number) => string) =>
    cells
      .map((cell, index) => {
        const width = columns[index]?.[1] ?? 0;
        return width === 0 ? cell : cut(cell, width).padEnd(width);
      })
      .join('  ')
      .trimEnd();
  const whole = (cell: string) => cell;
  return {
    heading: draw(
      columns.map(([title]) => title),
      whole,
    ),
    line: (cells) => draw(cells.map(withoutControls), buildFittingText),
    wholeLine: (cells) => draw(cells.map(withoutControls), whole),
  };
}

/** Facts about one thing, a line each, their names in a column. */
export function buildFactLines(facts: readonly (readonly [name: string, fact: string])[]): string[] {
  return facts.map(([name, fact]) => `${name.padEnd(FACT_NAME_WIDTH)}${withoutControls(fact)}`);
}

const FACT_NAME_WIDTH = 14;

/** For programs: fields separated by tabs. */
export function buildTabLine(fields: readonly string[]): string {
  return fields.map(withoutControls).join('\t');
}

/** The text, or its beginning and an ellipsis where it is longer. */
export function buildFittingText(text: string, width: number): string {
  const characters = [...text];
  return characters.length <= width ? text : `${characters.slice(0, width - 1).join('')}…`;
}
