import { buildProblemText, TenantFileError } from '@sojourn/server/words';
import { buildMistakeLines, CommandRefused } from './refusal.js';

/** Errors of the library that say by themselves what to do. A stack trace would only hide it. */
const SELF_EXPLAINING = new Set(['SecretError', 'StoreInUse', 'SchemaTooNew', 'StoreUnavailable']);

/** Runs a command and tells why it did not work, on standard error, with exit code 1. */
export async function withRefusals(run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    process.exitCode = 1;
    for (const line of linesOf(error)) process.stderr.write(`${line}\n`);
  }
}

function linesOf(error: unknown): readonly string[] {
  if (error instanceof CommandRefused) return error.lines;
  if (error instanceof TenantFileError) {
    return buildMistakeLines(error.problems.map(buildProblemText), 'nothing was started');
  }
  if (!(error instanceof Error)) return [String(error)];
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (SELF_EXPLAINING.has(error.name) || (code !== undefined && syscall !== undefined))
    return [error.message];
  return [error.stack ?? error.message];
}
