/** What fits the terminals of most people. */
export const LINE_WIDTH = 120;

/** A request may name itself as it likes; on a terminal, control characters would draw over other lines. */
export function withoutControls(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd');
}

/** Cells in columns, each cut to the width of its column; the last may be as long as it is where its width is 0. */
export function buildAlignedLine(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, index) => {
      const width = widths[index] ?? 0;
      return width === 0 ? cell : buildFittingText(cell, width).padEnd(width);
    })
    .join('  ')
    .trimEnd();
}

/** The text, or its beginning and an ellipsis where it is longer. */
export function buildFittingText(text: string, width: number): string {
  const characters = [...text];
  return characters.length <= width ? text : `${characters.slice(0, width - 1).join('')}…`;
}
