import { buildProblemText } from '@sojourn/server/words';
import { CommandRefused } from '../refusal.js';
import { type Database, parseDatabaseUrl } from './database-url.js';
import { collectSettings } from './given-settings.js';
import { SETTING_DEFINITIONS } from './setting-definitions.js';
import { problemOf } from './settings.js';

/**
 * The store that a command works on: the same setting as the server's.
 *
 * @throws CommandRefused where it is no store.
 */
export function findStoreSetting(
  args: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string | undefined>>,
): Database {
  const given = collectSettings(args, env);
  const text = given.databaseUrl?.text ?? SETTING_DEFINITIONS.databaseUrl.default;
  const parsed = parseDatabaseUrl(text);
  if ('value' in parsed) return parsed.value;
  const problem = problemOf(given, 'databaseUrl', parsed.found ?? JSON.stringify(text), parsed.expected);
  throw new CommandRefused([buildProblemText(problem)]);
}
