import { KEY_ALGS, type KeyAlg } from '@sojourn/server/words';
import { type ArgsDef, defineCommand } from 'citty';
import { type Asked, requireRequest } from '../asked-request.js';
import { writeOutcome, writeRows } from '../command-output.js';
import type { ControlRequest } from '../control/control-request.js';
import { type Given, textOf } from '../given.js';
import { flagsFor } from '../settings/given-settings.js';
import { findSecretSetting } from '../settings/secret-setting.js';
import { withRefusals } from '../with-refusals.js';
import { keyText } from './key-table.js';

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

/** `sojourn keys`: what signs, its rotation, and the end of a retired key. */
export const keysCommand = defineCommand({
  meta: { name: 'keys', description: 'List the signing keys, rotate them, forget a retired one' },
  subCommands: {
    list: defineCommand({
      meta: { name: 'list', description: 'Show the next, current and retired keys' },
      args: listArgs,
      run: ({ rawArgs, args }) =>
        withRefusals(() => {
          const request = requireRequest(rawArgs, listArgs, { command: 'keys.list' });
          return writeRows(request, args, keyText, findSecretSetting(args, process.env));
        }),
    }),
    rotate: defineCommand({
      meta: { name: 'rotate', description: 'Sign with the next keys from now on' },
      args: rotateArgs,
      run: ({ rawArgs, args }) =>
        withRefusals(() => change(requireRequest(rawArgs, rotateArgs, buildRotateRequest(args)), args)),
    }),
    retire: defineCommand({
      meta: {
        name: 'retire',
        description: 'Forget a retired key before its time: everything it signed stops verifying',
      },
      args: retireArgs,
      run: ({ rawArgs, args }) =>
        withRefusals(() => change(requireRequest(rawArgs, retireArgs, buildRetireRequest(args)), args)),
    }),
  },
});

function change(request: ControlRequest, given: Given): Promise<void> {
  return writeOutcome(request, given, findSecretSetting(given, process.env));
}

function buildRotateRequest(given: Given): Asked {
  const algs = algsOf(given);
  return typeof algs === 'string' ? algs : { command: 'keys.rotate', algs, force: given.now === true };
}

function buildRetireRequest(given: Given): Asked {
  const kid = textOf(given, 'kid');
  return kid === undefined
    ? 'Which key? Give its kid or the beginning of it. See: sojourn keys list'
    : { command: 'keys.retire', kid };
}

/** The algorithms that were asked for, or what is wrong. */
function algsOf({ alg }: Given): readonly KeyAlg[] | string {
  if (alg === undefined || alg === ALL) return KEY_ALGS;
  const known = KEY_ALGS.find((one) => one === alg);
  return known === undefined
    ? `--alg is ${JSON.stringify(alg)}; expected ${KEY_ALGS.join(', ')} or ${ALL}.`
    : [known];
}
