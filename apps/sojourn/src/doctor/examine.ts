import { readFileSync } from 'node:fs';
import type { Store } from '@sojourn/server';
import type { Database } from '../settings/database-url.js';
import type { GivenSettings } from '../settings/given-settings.js';
import type { Settings } from '../settings/settings.js';
import { prepareStart } from '../start/prepared-start.js';
import { type ClockFacts, DRIFT_AT_MOST_MS, judgeClock } from './clock-check.js';
import { examineDatabase } from './database-check.js';
import { type DiskMeasurement, judgeDisk, judgeUnwritableFolder, measureDisk } from './disk-check.js';
import { CHECKS, type Finding, failed, ok, warning } from './finding.js';
import { type ExaminedIssuer, examineIssuer, judgeCookies } from './issuer-check.js';
import { examineKeys } from './key-check.js';
import { examineSecrets } from './secret-check.js';
import { examineServer } from './server-check.js';
import { examineStore } from './store-check.js';

/** Looks at everything that a server with these settings stands on. Changes nothing. */
export async function examine(given: GivenSettings, now: number): Promise<Finding[]> {
  const preparation = prepareStart(given, undefined);
  if (!preparation.ok) {
    const findings = preparation.mistakes.map((mistake) =>
      failed('settings', mistake, 'The server would not start; nothing else was looked at.'),
    );
    return given.issuer === undefined ? findings : [...findings, judgeCookies(given.issuer.text)];
  }
  const { settings } = preparation.prepared;
  const settingsFinding = ok('settings', 'No mistakes.');
  const findings = await examineDeployment(settings, given, now);
  return [settingsFinding, ...findings].sort(
    (one, other) => CHECKS.indexOf(one.check) - CHECKS.indexOf(other.check),
  );
}

function examineDeployment(settings: Settings, given: GivenSettings, now: number): Promise<Finding[]> {
  const { database } = settings;
  switch (database.kind) {
    case 'memory':
      return examineMemory(settings);
    case 'file':
      return examineFile(database.file, given, settings, now);
    case 'postgres':
      return examinePostgres(database, given, settings, now);
  }
}

/** A store in memory cannot be looked at from outside. Its server may still answer at the issuer. */
async function examineMemory(settings: Settings): Promise<Finding[]> {
  const storeFinding = warning(
    'store',
    'It is in memory: it ends with its server, and nobody else can look at it.',
    'Name a file or a PostgreSQL database to keep what is in it: --database-url.',
  );
  const issuer = await examineIssuerOf(settings, null, { kids: [], hasServer: false });
  const clocks = {
    ...{ filesAheadMs: null, databaseAheadMs: null, eventsAheadMs: 0 },
    issuerAheadMs: issuer.clockAheadMs,
  };
  return [storeFinding, ...issuer.findings, judgeClock(clocks)];
}

async function examineFile(
  file: string,
  given: GivenSettings,
  settings: Settings,
  now: number,
): Promise<Finding[]> {
  const { findings: storeFindings, store } = await examineStore(file);
  try {
    const server = await examineServer(file, now);
    const hasServer = server.isRunning;
    const secret = await examineSecrets(file, secretSettingOf(given, settings), store, { hasServer });
    const keys = store === null ? null : await examineKeys(store, secret.secrets);
    const issuer = await examineIssuerOf(settings, server.status?.issuer ?? null, {
      kids: keys?.kids ?? [],
      hasServer,
    });
    const disk = examineDisk(file);
    const clocks: ClockFacts = {
      filesAheadMs: disk.measurement?.clockAheadMs ?? null,
      databaseAheadMs: null,
      issuerAheadMs: issuer.clockAheadMs,
      eventsAheadMs: store === null ? 0 : await findEventsAhead(store, now),
    };
    return [
      ...storeFindings,
      secret.finding,
      ...(keys === null ? [] : [keys.finding]),
      disk.finding,
      judgeClock(clocks),
      server.finding,
      ...issuer.findings,
    ];
  } finally {
    await store?.close();
  }
}

/** Its servers may be anywhere; that one is at work is seen in the database. */
async function examinePostgres(
  database: Extract<Database, { kind: 'postgres' }>,
  given: GivenSettings,
  settings: Settings,
  now: number,
): Promise<Finding[]> {
  const { findings, store, hasServer, clockAheadMs } = await examineDatabase(database, now);
  try {
    const secret = await examineSecrets(null, secretSettingOf(given, settings), store, { hasServer });
    const keys = store === null ? null : await examineKeys(store, secret.secrets);
    const issuer = await examineIssuerOf(settings, null, { kids: keys?.kids ?? [], hasServer });
    const clocks: ClockFacts = {
      filesAheadMs: null,
      databaseAheadMs: clockAheadMs,
      issuerAheadMs: issuer.clockAheadMs,
      eventsAheadMs: store === null ? 0 : await findEventsAhead(store, now),
    };
    return [
      ...findings,
      secret.finding,
      ...(keys === null ? [] : [keys.finding]),
      judgeClock(clocks),
      ...issuer.findings,
    ];
  } finally {
    await store?.close();
  }
}

function secretSettingOf({ secret }: GivenSettings, { secrets }: Settings) {
  return secrets === null || secret === undefined ? null : { secrets, from: secret.from };
}

/**
 * The issuer that applications use is the running server's; the setting here may be another one's.
 *
 * @param served What the running server says; `null` where none does.
 */
async function examineIssuerOf(
  { issuer: set, port, tls, extraCaFile }: Settings,
  served: string | null,
  { kids, hasServer }: { readonly kids: readonly string[]; readonly hasServer: boolean },
): Promise<{ findings: Finding[]; clockAheadMs: ExaminedIssuer['clockAheadMs'] }> {
  const issuer = served ?? set ?? `${tls === null ? 'http' : 'https'}://localhost:${port}/`;
  const extraCa = extraCaFile === null ? null : readFileSync(extraCaFile, 'utf8');
  const { finding, clockAheadMs } = await examineIssuer(issuer, kids, { hasServer, extraCa });
  const findings = [finding, judgeCookies(issuer)];
  if (served !== null && set !== null && served !== set) {
    const found = `The running server is ${JSON.stringify(served)}, the setting here is ${JSON.stringify(set)}.`;
    findings.push(warning('issuer', found, 'Every token names the issuer: give both the same.'));
  }
  return { findings, clockAheadMs };
}

function examineDisk(file: string): { finding: Finding; measurement: DiskMeasurement | null } {
  try {
    const measurement = measureDisk(file);
    return { finding: judgeDisk(measurement), measurement };
  } catch (error) {
    return { finding: judgeUnwritableFolder(error), measurement: null };
  }
}

async function findEventsAhead(store: Store, now: number): Promise<number> {
  const [event] = await store.findEvents({ after: 0, since: now + DRIFT_AT_MOST_MS, atMost: 1 });
  return event === undefined ? 0 : event.at - now;
}
