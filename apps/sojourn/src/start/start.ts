import cluster from 'node:cluster';
import { newSecret, parseSecrets, type Secrets } from '@sojourn/server/words';
import { buildMistakeLines, CommandRefused } from '../refusal.js';
import { collectSettings } from '../settings/given-settings.js';
import type { Settings } from '../settings/settings.js';
import { createOperatorLog } from './operator-log.js';
import { prepareStart } from './prepared-start.js';
import { type RunningServer, startServer } from './running-server.js';
import { openSecretFile } from './secret-file.js';
import { endOnSignals, endWithGroup } from './signals.js';
import { decideProcessRole, onEndOfGroup, startWorkerGroup, tellPrimary } from './worker-group.js';

/** Standard output carries one line, for programs that wait for it; everything else is for people. */
const print = (line: string) => process.stderr.write(`${line}\n`);

/**
 * Runs the server until a signal ends it.
 *
 * @param unknown arguments that no flag is named by, as mistakes.
 * @throws CommandRefused with every mistake at once.
 */
export async function start(
  given: Readonly<Record<string, unknown>>,
  unknown: readonly string[],
): Promise<void> {
  const tenantFile = typeof given.tenant === 'string' ? given.tenant : undefined;
  const preparation = prepareStart(collectSettings(given, process.env), tenantFile);
  const mistakes = [...unknown, ...(preparation.ok ? [] : preparation.mistakes)];
  if (!preparation.ok || mistakes.length > 0) {
    throw new CommandRefused(buildMistakeLines(mistakes, 'nothing was started'));
  }
  const { prepared } = preparation;
  const { settings } = prepared;
  const role = decideProcessRole(settings.workers, cluster.isWorker, process.env);
  const isWorker = role === 'worker' || role === 'loading-worker';
  // Said once, by the process that people look at.
  if (!isWorker)
    for (const { purpose, host, port } of settings.outboundAllow)
      print(`outbound calls allowed: ${purpose} to ${host}:${port}`);

  const log = createOperatorLog({
    level: settings.logLevel,
    asJson: !process.stderr.isTTY,
    write: (line) => process.stderr.write(line),
    clock: Date.now,
  });
  const secret = findSecret(settings);
  const starting =
    role === 'primary'
      ? startWorkerGroup(settings.workers, log)
      : startServer(
          role === 'worker' ? { ...prepared, tenantDocument: undefined } : prepared,
          secret.secrets,
          log,
          print,
        );
  // A start that failed is told below; a signal meanwhile has nothing to close.
  const started = starting.catch((): RunningServer | null => null);
  if (isWorker) endWithGroup(started, onEndOfGroup, print);
  else endOnSignals(started, print);
  try {
    const { issuer } = await starting;
    secret.tell();
    if (isWorker) tellPrimary(issuer);
    else process.stdout.write(`sojourn listening on ${issuer}\n`);
  } catch (error) {
    secret.forget();
    // The channel to the first process would keep this one alive.
    if (isWorker) process.disconnect();
    throw error;
  }
}

interface FoundSecret {
  readonly secrets: Secrets;
  /** Says what the operator should know about where it is kept. */
  tell(): void;
  /** Takes it back where it was made for a store that turned out to have another. */
  forget(): void;
}

/** The secret that was given, else the one beside the SQLite file, else one for this process alone. */
function findSecret({ secrets, database }: Settings): FoundSecret {
  const nothing = () => {};
  if (secrets !== null) return { secrets, tell: nothing, forget: nothing };
  // With PostgreSQL one is always given; see settings.ts.
  if (database.kind !== 'file') {
    return { secrets: parseSecrets(newSecret()), tell: nothing, forget: nothing };
  }
  const secretFile = openSecretFile(database.file);
  return {
    secrets: secretFile.secrets,
    tell() {
      if (secretFile.isNew)
        print(`made a secret for this store: back ${secretFile.file} up, and keep it from others.`);
      if (secretFile.isExposed) print(`warning: others can read ${secretFile.file}; set its mode to 0600.`);
    },
    forget: () => secretFile.forget(),
  };
}
