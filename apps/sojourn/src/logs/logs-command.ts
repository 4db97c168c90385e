import { type ArgsDef, defineCommand } from 'citty';
import { type Asked, requireRequest } from '../asked-request.js';
import { writeRows } from '../command-output.js';
import { type Given, textOf } from '../given.js';
import { flagsFor } from '../settings/given-settings.js';
import { withRefusals } from '../with-refusals.js';
import { eventText } from './log-table.js';
import { parseSince } from './since.js';

const SINCE = '24h';

const args: ArgsDef = {
  since: {
    type: 'string',
    valueHint: 'moment',
    description: `From when on: 15m, 1h or 7d ago, or a date such as 2026-11-20T08:00:00Z. Default: ${SINCE}.`,
  },
  json: { type: 'boolean', description: 'One JSON object per line.' },
  follow: { type: 'boolean', alias: 'f', description: 'Go on with what happens from now on, until Ctrl+C.' },
  ...flagsFor(['databaseUrl']),
};

/** `sojourn logs`: the record, as far back as it is kept, or as it grows. */
export const logsCommand = defineCommand({
  meta: { name: 'logs', description: 'Show what happened: code, event, reason, client, user, address' },
  args,
  run: ({ rawArgs, args: given }) =>
    withRefusals(() =>
      writeRows(requireRequest(rawArgs, args, buildRequest(given, Date.now())), given, eventText),
    ),
});

function buildRequest(given: Given, now: number): Asked {
  const text = textOf(given, 'since') ?? SINCE;
  const since = parseSince(text, now);
  return since === null
    ? `--since is ${JSON.stringify(text)}; expected 90s, 15m, 1h, 7d or a date such as 2026-11-20T08:00:00Z.`
    : { command: 'logs', since, follow: given.follow === true };
}
