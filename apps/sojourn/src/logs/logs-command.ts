import { EVENT_TYPES, type RecordedEvent } from '@sojourn/server';
import { type ArgsDef, defineCommand } from 'citty';
import { performCommand } from '../control/perform-command.js';
import { CommandRefused } from '../refusal.js';
import { flagsFor } from '../settings/given-settings.js';
import { findStoreSetting } from '../settings/store-setting.js';
import { findUnknownArguments } from '../unknown-arguments.js';
import { withRefusals } from '../with-refusals.js';
import { buildLogHeading, buildLogLine } from './log-table.js';
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

export const logsCommand = defineCommand({
  meta: { name: 'logs', description: 'Show what happened: code, event, reason, client, user, address' },
  args,
  run: (context) => withRefusals(() => showLogs(context.rawArgs, context.args)),
});

async function showLogs(rawArgs: readonly string[], given: Readonly<Record<string, unknown>>): Promise<void> {
  const text = typeof given.since === 'string' ? given.since : SINCE;
  const since = parseSince(text, Date.now());
  const mistakes = findUnknownArguments(rawArgs, args);
  if (since === null) {
    mistakes.push(
      `--since is ${JSON.stringify(text)}; expected 90s, 15m, 1h, 7d or a date such as 2026-11-20T08:00:00Z.`,
    );
  }
  if (since === null || mistakes.length > 0) throw new CommandRefused(mistakes);
  const database = findStoreSetting(given, process.env);
  // `sojourn logs | head` closes the pipe; that is how it is meant to end.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  const isAligned = process.stdout.isTTY;
  const isJson = given.json === true;
  if (isAligned && !isJson) process.stdout.write(`${buildLogHeading()}\n`);
  await performCommand({ command: 'logs', since, follow: given.follow === true }, database, (event) => {
    const recorded = event as RecordedEvent;
    process.stdout.write(`${isJson ? buildJsonLine(recorded) : buildLogLine(recorded, isAligned)}\n`);
  });
}

/** With Auth0's code, which is not stored because it follows from the name. */
function buildJsonLine({ at, name, ...rest }: RecordedEvent): string {
  return JSON.stringify({ time: new Date(at).toISOString(), code: EVENT_TYPES[name], event: name, ...rest });
}
