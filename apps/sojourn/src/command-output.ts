import type { Secrets } from '@sojourn/server/words';
import type { ControlRequest } from './control/control-request.js';
import { performCommand } from './control/perform-command.js';
import type { Given } from './given.js';
import { findStoreSetting } from './settings/store-setting.js';
import { withoutControls } from './terminal-text.js';

/** How a row is written: for programs as JSON or separated by tabs, for people in columns under a heading. */
export interface RowText<Row> {
  readonly heading: string;
  json(row: Row): string;
  tabs(row: Row): string;
  /** @param now Milliseconds since 1970. */
  aligned(row: Row, now: number): readonly string[];
}

/**
 * Writes each row as it comes; what else is to be said of the list goes to standard error, where no program reads it.
 *
 * @param secrets as {@link performCommand} takes them.
 */
export async function writeRows<Row>(
  request: ControlRequest,
  given: Given,
  rowText: RowText<Row>,
  secrets: Secrets | null = null,
): Promise<void> {
  // `| head` closes the pipe; that is how it is meant to end.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  const isJson = given.json === true;
  const isAligned = process.stdout.isTTY && !isJson;
  const now = Date.now();
  let isFirst = true;
  const onRow = (value: unknown) => {
    const row = value as Row;
    const lines = isAligned ? rowText.aligned(row, now) : [isJson ? rowText.json(row) : rowText.tabs(row)];
    const heading = isAligned && isFirst ? [rowText.heading] : [];
    process.stdout.write([...heading, ...lines].map((line) => `${line}\n`).join(''));
    isFirst = false;
  };
  const done = await performCommand(request, findStoreSetting(given, process.env), onRow, secrets);
  if (done !== '') process.stderr.write(`${done}\n`);
}

/** Writes the one row that a request is answered with. */
export async function writeOne<Row>(
  request: ControlRequest,
  given: Given,
  linesOf: (row: Row) => readonly string[],
): Promise<void> {
  await performCommand(request, findStoreSetting(given, process.env), (value) => {
    process.stdout.write(
      linesOf(value as Row)
        .map((line) => `${line}\n`)
        .join(''),
    );
  });
}

/**
 * Has something changed and says what was.
 *
 * @param secrets as {@link performCommand} takes them.
 */
export async function writeOutcome(
  request: ControlRequest,
  given: Given,
  secrets: Secrets | null = null,
): Promise<void> {
  const done = await performCommand(request, findStoreSetting(given, process.env), () => {}, secrets);
  for (const line of done.split('\n')) process.stdout.write(`${withoutControls(line)}\n`);
}
