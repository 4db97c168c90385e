import { type ArgsDef, defineCommand } from 'citty';
import { CommandRefused } from '../refusal.js';
import { collectSettings, flagsFor } from '../settings/given-settings.js';
import { SETTING_NAMES } from '../settings/setting-definitions.js';
import { findUnknownArguments } from '../unknown-arguments.js';
import { withRefusals } from '../with-refusals.js';
import { buildFindingLine } from './finding.js';

const args: ArgsDef = {
  json: { type: 'boolean', description: 'One JSON object per line.' },
  ...flagsFor(SETTING_NAMES),
};

/** `sojourn doctor`: looks at everything that a start needs, and changes nothing. */
export const doctorCommand = defineCommand({
  meta: {
    name: 'doctor',
    description:
      'Look at store, keys, secret, disk, clock, server and issuer; give it the settings of sojourn start',
  },
  args,
  run: (context) => withRefusals(() => tellFindings(context.rawArgs, context.args)),
});

async function tellFindings(
  rawArgs: readonly string[],
  given: Readonly<Record<string, unknown>>,
): Promise<void> {
  const mistakes = findUnknownArguments(rawArgs, args);
  if (mistakes.length > 0) throw new CommandRefused(mistakes);
  // Loads the server's library, which the help of all commands can do without.
  const { examine } = await import('./examine.js');
  const findings = await examine(collectSettings(given, process.env), Date.now());
  const isJson = given.json === true;
  for (const finding of findings) {
    process.stdout.write(`${isJson ? JSON.stringify(finding) : buildFindingLine(finding)}\n`);
  }
  if (findings.some(({ status }) => status === 'failed')) process.exitCode = 1;
}
