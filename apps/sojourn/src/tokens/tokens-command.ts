import { type ArgsDef, defineCommand } from 'citty';
import { type Asked, requireRequest } from '../asked-request.js';
import { writeOne, writeOutcome, writeRows } from '../command-output.js';
import { type Given, parseLimit, textOf } from '../given.js';
import { findSidFault } from '../sessions/session-id.js';
import { flagsFor } from '../settings/given-settings.js';
import { withRefusals } from '../with-refusals.js';
import { findFamilyIdFault } from './family-id.js';
import { buildFamilyDetails, familyText } from './family-table.js';
import type { ListedFamily } from './listed-family.js';

const store = flagsFor(['databaseUrl']);
const id: ArgsDef[string] = {
  type: 'positional',
  required: false,
  description: 'The id of a refresh token family.',
};
const whose: ArgsDef = {
  user: {
    type: 'string',
    valueHint: 'account',
    description: 'Those of one account: its email, username or user id.',
  },
  client: { type: 'string', valueHint: 'client_id', description: 'Those of one application.' },
  session: { type: 'string', valueHint: 'sid', description: 'Those of one session.' },
};

const listArgs: ArgsDef = {
  ...whose,
  live: { type: 'boolean', description: 'Neither expired nor ended ones.' },
  limit: { type: 'string', valueHint: 'number', description: 'At most so many. Default: all.' },
  json: { type: 'boolean', description: 'One JSON object per line.' },
  ...store,
};
const showArgs: ArgsDef = { id, json: { type: 'boolean', description: 'As one JSON object.' }, ...store };
const revokeArgs: ArgsDef = {
  id,
  ...whose,
  'withdraw-consent': {
    type: 'boolean',
    description: 'With --user and --client: the application has to ask for consent again.',
  },
  yes: {
    type: 'boolean',
    description: 'Needed for --client without --user, which concerns every account.',
  },
  ...store,
};

/** `sojourn tokens`: which application holds what, and the end of it. */
export const tokensCommand = defineCommand({
  meta: { name: 'tokens', description: 'List refresh tokens, look at them, revoke them' },
  subCommands: {
    list: defineCommand({
      meta: { name: 'list', description: 'Show refresh token families: whose, for what, in what state' },
      args: listArgs,
      run: ({ rawArgs, args }) =>
        withRefusals(() =>
          writeRows(requireRequest(rawArgs, listArgs, buildListRequest(args)), args, familyText),
        ),
    }),
    show: defineCommand({
      meta: { name: 'show', description: 'Show everything about a refresh token family; never a token' },
      args: showArgs,
      run: ({ rawArgs, args }) =>
        withRefusals(() => {
          const request = requireRequest(rawArgs, showArgs, buildShowRequest(args));
          const now = Date.now();
          return writeOne<ListedFamily>(request, args, (family) =>
            args.json === true ? [familyText.json(family)] : buildFamilyDetails(family, now),
          );
        }),
    }),
    revoke: defineCommand({
      meta: { name: 'revoke', description: 'Revoke refresh tokens, with the access tokens they gave' },
      args: revokeArgs,
      run: ({ rawArgs, args }) =>
        withRefusals(() => writeOutcome(requireRequest(rawArgs, revokeArgs, buildRevokeRequest(args)), args)),
    }),
  },
});

function buildListRequest(given: Given): Asked {
  const parsed = parseLimit(textOf(given, 'limit'));
  if ('mistake' in parsed) return parsed.mistake;
  const session = textOf(given, 'session') ?? null;
  const fault = session === null ? null : findSidFault(session);
  if (fault !== null) return fault;
  return {
    command: 'tokens.list',
    user: textOf(given, 'user') ?? null,
    client: textOf(given, 'client') ?? null,
    session,
    live: given.live === true,
    limit: parsed.limit,
  };
}

function buildShowRequest(given: Given): Asked {
  const family = textOf(given, 'id');
  if (family === undefined) return 'Which refresh tokens? Give their id. See: sojourn tokens list';
  return findFamilyIdFault(family) ?? { command: 'tokens.show', id: family };
}

/** Exactly one way of saying which: what is meant must be certain before anything ends. */
export function buildRevokeRequest(given: Given): Asked {
  const family = textOf(given, 'id');
  const session = textOf(given, 'session');
  const user = textOf(given, 'user');
  const client = textOf(given, 'client');
  const withdrawsConsent = given['withdraw-consent'] === true;
  const ways = [family, session, user ?? client].filter((way) => way !== undefined);
  if (ways.length === 0) {
    return 'Which refresh tokens? Give an id, --session, --user, --client, or --user with --client. See: sojourn tokens list';
  }
  if (ways.length > 1) return 'Give an id, or --session, or --user and --client: only one of the three.';
  if (withdrawsConsent && (user === undefined || client === undefined)) {
    return '--withdraw-consent needs both --user and --client.';
  }
  if (family !== undefined) {
    return findFamilyIdFault(family) ?? { command: 'tokens.revoke', id: family };
  }
  if (session !== undefined) {
    return findSidFault(session) ?? { command: 'tokens.revoke-of-session', sid: session };
  }
  if (user !== undefined) {
    return { command: 'tokens.revoke-of-user', user, client: client ?? null, withdrawsConsent };
  }
  if (client === undefined || given.yes !== true) {
    return `--client alone ends everything that ${JSON.stringify(client)} was given, for every account. If that is meant, add --yes; else name the account with --user.`;
  }
  return { command: 'tokens.revoke-of-client', client };
}
