import { setImmediate as nextTurn } from 'node:timers/promises';

/** So many rows are read in one go; a running server answers nobody else meanwhile. */
const PAGE = 100;

/**
 * A whole list, page by page. Between two pages others get their turn.
 *
 * @param findPage What comes after the last one that is known.
 */
export async function* everyPage<Row>(
  findPage: (last: Row | null, atMost: number) => Promise<readonly Row[]>,
): AsyncGenerator<readonly Row[], void, undefined> {
  let last: Row | null = null;
  for (;;) {
    const page: readonly Row[] = await findPage(last, PAGE);
    if (page.length > 0) yield page;
    if (page.length < PAGE) return;
    last = page.at(-1) ?? null;
    await nextTurn();
  }
}
