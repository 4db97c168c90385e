import { KEY_ALGS, type KeyAlg } from '@sojourn/server';
import { type ArgsDef, defineCommand } from 'citty';
import type { ControlRequest } from '../control/control-request.js';
import { performCommand } from '../control/perform-command.js';
import { CommandRefused } from '../refusal.js';
import { flagsFor } from '../settings/given-settings.js';
import { findSecretSetting } from '../settings/secret-setting.js';
import { findStoreSetting } from '../settings/store-setting.js';
import { findUnknownArguments } from '../unknown-arguments.js';
import { withRefusals } from '../with-refusals.js';
import { buildKeyHeading, buildKeyJson, buildKeyLine } from './key-table.js';
import type { ListedKey } from './listed-key.js';

type Given = Readonly<Record<string, unknown>>;

const ALL = 'all';

const store = flagsFor(['databaseUrl', 'secret']);
const listArgs: ArgsDef = {
  json: { type: 'boolean', description: 'One JSON object per line, with the whole kid.' },
  ...store,
};
const rotateArgs: ArgsDef = {
  alg: {
    type: 'string',
    valueHint: 'algorithm',
    description: `${KEY_ALGS.join(', ')} or ${ALL}. Default: ${ALL}.`,
  },
  now: {
    type: 'boolean',
    description:
      'Also while verifiers may not know the next key yet: some refuse new tokens for up to 5 minutes. For a key that leaked.',
  },
  ...store,
};
const retireArgs: ArgsDef = {
  kid: {
    type: 'positional',
    required: false,
    description: 'A retired key, or the beginning of its kid. Write -- before one that begins with a dash.',
  },
  ...store,
};

export const keysCommand = defineCommand({
  meta: { name: 'keys', description: 'List the signing keys, rotate them, forget a retired one' },
  subCommands: {
    list: defineCommand({
      meta: { name: 'list', description: 'Show the next, current and retired keys' },
      args: listArgs,
      run: ({ rawArgs, args }) => withRefusals(() => listKeys(rawArgs, args)),
    }),
    rotate: defineCommand({
      meta: { name: 'rotate', description: 'Sign with the next keys from now on' },
      args: rotateArgs,
      run: ({ rawArgs, args }) =>
        withRefusals(() =>
          change(rawArgs, rotateArgs, args, () => {
            const algs = algsOf(args);
            return typeof algs === 'string'
              ? algs
              : { command: 'keys.rotate', algs, force: args.now === true };
          }),
        ),
    }),
    retire: defineCommand({
      meta: {
        name: 'retire',
        description: 'Forget a retired key before its time: everything it signed stops verifying',
      },
      args: retireArgs,
      run: ({ rawArgs, args }) =>
        withRefusals(() =>
          change(rawArgs, retireArgs, args, () =>
            typeof args.kid === 'string'
              ? { command: 'keys.retire', kid: args.kid }
              : 'Which key? Give its kid or the beginning of it. See: sojourn keys list',
          ),
        ),
    }),
  },
});

async function listKeys(rawArgs: readonly string[], given: Given): Promise<void> {
  const mistakes = findUnknownArguments(rawArgs, listArgs);
  if (mistakes.length > 0) throw new CommandRefused(mistakes);
  const isJson = given.json === true;
  const isAligned = process.stdout.isTTY;
  const lines: string[] = isAligned && !isJson ? [buildKeyHeading()] : [];
  await perform({ command: 'keys.list' }, given, (row) => {
    const key = row as ListedKey;
    lines.push(isJson ? buildKeyJson(key) : buildKeyLine(key, { isAligned, now: Date.now() }));
  });
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}

/** @param findRequest What is asked for, or what is wrong with how it was asked. */
async function change(
  rawArgs: readonly string[],
  args: ArgsDef,
  given: Given,
  findRequest: () => ControlRequest | string,
): Promise<void> {
  const mistakes = findUnknownArguments(rawArgs, args);
  const request = findRequest();
  if (typeof request === 'string') throw new CommandRefused([...mistakes, request]);
  if (mistakes.length > 0) throw new CommandRefused(mistakes);
  process.stdout.write(`${await perform(request, given, () => {})}\n`);
}

function perform(request: ControlRequest, given: Given, onRow: (row: unknown) => void): Promise<string> {
  const database = findStoreSetting(given, process.env);
  return performCommand(request, database, onRow, findSecretSetting(given, process.env));
}

/** The algorithms that were asked for, or what is wrong. */
function algsOf({ alg }: Given): readonly KeyAlg[] | string {
  if (alg === undefined || alg === ALL) return KEY_ALGS;
  const known = KEY_ALGS.find((one) => one === alg);
  return known === undefined
    ? `--alg is ${JSON.stringify(alg)}; expected ${KEY_ALGS.join(', ')} or ${ALL}.`
    : [known];
}
