import { type ArgsDef, defineCommand } from 'citty';
import { type Asked, requireRequest } from '../asked-request.js';
import { writeOne, writeOutcome, writeRows } from '../command-output.js';
import type { ShownSession } from '../control/session-requests.js';
import { type Given, parseLimit, textOf } from '../given.js';
import { flagsFor } from '../settings/given-settings.js';
import { buildFamilyFields, familyText } from '../tokens/family-table.js';
import { withRefusals } from '../with-refusals.js';
import { findSidFault } from './session-id.js';
import { buildSessionDetails, buildSessionFields, sessionText } from './session-table.js';

const store = flagsFor(['databaseUrl']);
const user: ArgsDef[string] = {
  type: 'string',
  valueHint: 'account',
  description: 'Only those of one account: its email, username or user id.',
};
const sid: ArgsDef[string] = {
  type: 'positional',
  required: false,
  description: 'The id of a session.',
};

const listArgs: ArgsDef = {
  user,
  client: {
    type: 'string',
    valueHint: 'client_id',
    description: 'Only those that one application took part in.',
  },
  live: { type: 'boolean', description: 'Neither expired nor ended ones.' },
  limit: { type: 'string', valueHint: 'number', description: 'At most so many. Default: all.' },
  json: { type: 'boolean', description: 'One JSON object per line.' },
  ...store,
};
const showArgs: ArgsDef = { sid, json: { type: 'boolean', description: 'As one JSON object.' }, ...store };
const endArgs: ArgsDef = {
  sid,
  user: { ...user, description: 'Every session of one account: its email, username or user id.' },
  ...store,
};

/** `sojourn sessions`: who is signed in where, and the end of it. */
export const sessionsCommand = defineCommand({
  meta: { name: 'sessions', description: 'List sessions, look at one, end them' },
  subCommands: {
    list: defineCommand({
      meta: { name: 'list', description: 'Show sessions: whose, in what state and why, on what device' },
      args: listArgs,
      run: ({ rawArgs, args }) =>
        withRefusals(() =>
          writeRows(requireRequest(rawArgs, listArgs, buildListRequest(args)), args, sessionText),
        ),
    }),
    show: defineCommand({
      meta: { name: 'show', description: 'Show everything about a session, with its refresh tokens' },
      args: showArgs,
      run: ({ rawArgs, args }) =>
        withRefusals(() => {
          const request = requireRequest(rawArgs, showArgs, buildShowRequest(args));
          const now = Date.now();
          return writeOne<ShownSession>(request, args, (shown) =>
            args.json === true ? [buildShownJson(shown)] : buildShownLines(shown, now),
          );
        }),
    }),
    end: defineCommand({
      meta: { name: 'end', description: 'End a session, or every session of an account' },
      args: endArgs,
      run: ({ rawArgs, args }) =>
        withRefusals(() => writeOutcome(requireRequest(rawArgs, endArgs, buildEndRequest(args)), args)),
    }),
  },
});

function buildListRequest(given: Given): Asked {
  const parsed = parseLimit(textOf(given, 'limit'));
  if ('mistake' in parsed) return parsed.mistake;
  return {
    command: 'sessions.list',
    user: textOf(given, 'user') ?? null,
    client: textOf(given, 'client') ?? null,
    live: given.live === true,
    limit: parsed.limit,
  };
}

function buildShowRequest(given: Given): Asked {
  const id = textOf(given, 'sid');
  if (id === undefined) return 'Which session? Give its id. See: sojourn sessions list';
  return findSidFault(id) ?? { command: 'sessions.show', sid: id };
}

/** A session or an account, never both: what is meant must be certain before anything ends. */
export function buildEndRequest(given: Given): Asked {
  const id = textOf(given, 'sid');
  const account = textOf(given, 'user');
  if (id !== undefined && account !== undefined) return 'Give the id of a session or --user, not both.';
  if (account !== undefined) return { command: 'sessions.end-of-user', user: account };
  if (id === undefined) {
    return 'Which session? Give its id, or --user for every session of an account. See: sojourn sessions list';
  }
  return findSidFault(id) ?? { command: 'sessions.end', sid: id };
}

function buildShownJson({ session, families }: ShownSession): string {
  return JSON.stringify({
    ...buildSessionFields(session),
    refreshTokens: families.map((family) => buildFamilyFields(family)),
  });
}

/** @param now Milliseconds since 1970. */
function buildShownLines({ session, families }: ShownSession, now: number): string[] {
  const lines = buildSessionDetails(session, now);
  if (families.length === 0) return [...lines, 'Refresh tokens none'];
  return [
    ...lines,
    '',
    'Refresh tokens',
    familyText.heading,
    ...families.flatMap((family) => familyText.aligned(family, now)),
  ];
}
