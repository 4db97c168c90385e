import { buildProblemText, type Secrets } from '@sojourn/server/words';
import { CommandRefused } from '../refusal.js';
import { collectSettings } from './given-settings.js';
import { parseSecret, problemOf } from './settings.js';

/**
 * The secret where it was given as a setting; `null` where it is to be found beside the database.
 *
 * @throws CommandRefused where it is no secret.
 */
export function findSecretSetting(
  args: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string | undefined>>,
): Secrets | null {
  const given = collectSettings(args, env);
  if (given.secret === undefined) return null;
  const parsed = parseSecret(given.secret.text.trim());
  if ('value' in parsed) return parsed.value;
  const problem = problemOf(given, 'secret', parsed.found ?? 'something else', parsed.expected);
  throw new CommandRefused([buildProblemText(problem)]);
}
