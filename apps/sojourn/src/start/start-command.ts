import { type ArgsDef, defineCommand } from 'citty';
import { flagsFor } from '../settings/given-settings.js';
import { SETTING_NAMES } from '../settings/setting-definitions.js';
import { findUnknownArguments } from '../unknown-arguments.js';
import { withRefusals } from '../with-refusals.js';

const args: ArgsDef = {
  ...flagsFor(SETTING_NAMES),
  tenant: {
    type: 'string',
    valueHint: 'file',
    description: "A YAML or JSON file in the shape of Auth0's deploy tool, loaded before the server answers.",
  },
};

/** `sojourn start`: runs the server until it is told to end. */
export const startCommand = defineCommand({
  meta: { name: 'start', description: 'Run the server' },
  args,
  run: ({ rawArgs, args: given }) =>
    withRefusals(async () => {
      // Loads the server, which the help of all commands can do without.
      const { start } = await import('./start.js');
      await start(given, findUnknownArguments(rawArgs, args));
    }),
});
