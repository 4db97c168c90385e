import { type ArgsDef, defineCommand } from 'citty';
import { writeOutcome } from '../command-output.js';
import type { AccountName, ControlRequest } from '../control/control-request.js';
import { type Given, textOf } from '../given.js';
import { CommandRefused } from '../refusal.js';
import { flagsFor } from '../settings/given-settings.js';
import { findStoreSetting } from '../settings/store-setting.js';
import { findUnknownArguments } from '../unknown-arguments.js';
import { withRefusals } from '../with-refusals.js';
import { readPassword } from './password-input.js';

const account: ArgsDef = {
  email: { type: 'string', valueHint: 'address', description: 'The email of the account.' },
  username: { type: 'string', valueHint: 'name', description: 'The username of the account.' },
};
const password: ArgsDef = {
  password: {
    type: 'string',
    valueHint: 'text',
    description:
      'The password. Others may see it in lists of processes: better pipe it in, or type it when asked.',
  },
};
const store = flagsFor(['databaseUrl']);

/** `sojourn users`: adds accounts, sets passwords, blocks. */
export const usersCommand = defineCommand({
  meta: { name: 'users', description: 'Add users, set their passwords, block them' },
  subCommands: {
    add: userCommand(
      'add',
      'Add an account',
      {
        ...account,
        ...password,
        name: {
          type: 'string',
          valueHint: 'text',
          description: 'What the account is called. Default: its email or username.',
        },
        connection: { type: 'string', valueHint: 'name', description: 'The database. Default: the first.' },
      },
      async (given) => {
        const [connection, name] = [textOf(given, 'connection'), textOf(given, 'name')];
        return {
          command: 'users.add',
          account: accountOf(given),
          password: await passwordOf(given),
          ...(connection === undefined ? {} : { connection }),
          ...(name === undefined ? {} : { name }),
        };
      },
    ),
    'set-password': userCommand(
      'set-password',
      'Set another password and end every session of the account',
      { ...account, ...password },
      async (given) => ({
        command: 'users.set-password',
        account: accountOf(given),
        password: await passwordOf(given),
      }),
    ),
    block: userCommand(
      'block',
      'Block an account and end every session of it',
      { ...account, unblock: { type: 'boolean', description: 'Let the account sign in again.' } },
      async (given) => ({
        command: 'users.block',
        account: accountOf(given),
        blocked: given.unblock !== true,
      }),
    ),
  },
});

function userCommand(
  name: string,
  description: string,
  ownArgs: ArgsDef,
  buildRequest: (given: Given) => Promise<ControlRequest>,
) {
  const args: ArgsDef = { ...ownArgs, ...store };
  return defineCommand({
    meta: { name, description },
    args,
    run: (context) =>
      withRefusals(async () => {
        const mistakes = findUnknownArguments(context.rawArgs, args);
        // Before a password is asked for.
        if (mistakes.length > 0) throw new CommandRefused(mistakes);
        findStoreSetting(context.args, process.env);
        await writeOutcome(await buildRequest(context.args), context.args);
      }),
  });
}

function accountOf(given: Given): AccountName {
  const email = textOf(given, 'email');
  const username = textOf(given, 'username');
  if (email === undefined && username === undefined) {
    throw new CommandRefused(['Which account? Give --email, --username or both.']);
  }
  return { ...(email === undefined ? {} : { email }), ...(username === undefined ? {} : { username }) };
}

async function passwordOf(given: Given): Promise<string> {
  return textOf(given, 'password') ?? readPassword('Password: ');
}
