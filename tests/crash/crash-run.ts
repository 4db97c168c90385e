import { type CycleReport, drawPlan, runCrashCycle } from './crash-cycle.js';
import type { FamilyClient } from './family-client.js';
import type { Installation } from './installation.js';
import { buildBreaches, countCausedReplays } from './ledger.js';
import { BACK_WITHIN_MS } from './load.js';
import { Person } from './person.js';
import { Randomness } from './randomness.js';
import { PEOPLE } from './tenant.js';
import { Traffic } from './traffic.js';

const FAMILIES_A_PERSON = 4;
/** More than these would say the same. */
const COMPLAINTS_AT_MOST = 20;

const REPEATED = 'refresh.repeated';
/** Each is a person who was taken for a thief, or a commit that was lost. */
const ALARMS = ['refresh.replayed', 'refresh.overlap-elsewhere', 'rollback.detected', 'attachment.replayed'];

export interface CrashRunOptions {
  readonly cycles: number;
  /** Repeats a run, as far as operating systems allow. */
  readonly seed: number;
  readonly onCycle?: (number: number, report: CycleReport) => void;
}

export interface CrashRunReport {
  readonly cycles: readonly CycleReport[];
  /** Retries whose first request had been taken: the log's count, which a crash may shorten by its last second. */
  readonly repeats: number;
  /** Everything that broke a promise, in words. Empty where all is well. */
  readonly complaints: readonly string[];
}

/**
 * Crashes a service again and again under load, and holds what it says afterwards against what its clients know. Ends at
 * the first cycle in which a promise is broken.
 *
 * @see security.md D "Faults to survive", E M01, M02
 */
export async function runCrashes(
  startInstallation: () => Promise<Installation>,
  { cycles, seed, onCycle = () => {} }: CrashRunOptions,
): Promise<CrashRunReport> {
  const randomness = new Randomness(seed);
  const installation = await startInstallation();
  const traffic = new Traffic(installation);
  const reports: CycleReport[] = [];
  const complaints: string[] = [];
  let repeats = 0;
  try {
    const people = await Promise.all(
      PEOPLE.map((username, index) => Person.signIn(traffic, `steady-${index}`, username)),
    );
    for (const person of people)
      for (let count = 0; count < FAMILIES_A_PERSON; count += 1) await person.openWithTokens('moored');
    const steady = people.flatMap(({ clients }) => clients);

    for (let number = 1; number <= cycles && complaints.length === 0; number += 1) {
      const plan = drawPlan(randomness);
      const report = await runCrashCycle(traffic, steady, plan, number).catch((cause) => {
        throw new Error(`cycle ${number} of seed ${seed} could not be finished`, { cause });
      });
      reports.push(report);
      onCycle(number, report);
      complaints.push(...complainOf(report), ...complainOfBreaches(traffic));
    }
    complaints.push(...complainOfIdleness(reports));
    ({ [REPEATED]: repeats = 0 } = await installation.countEvents([REPEATED]));
    if (complaints.length === 0) complaints.push(...(await complainOfAlarms(traffic)));
    if (complaints.length === 0) {
      await auditSteady(steady, people, randomness);
      complaints.push(...complainOfBreaches(traffic), ...(await complainOfAlarms(traffic)));
    }
  } finally {
    traffic.close();
    await installation.stop();
  }
  return {
    cycles: reports,
    repeats,
    complaints: complaints.slice(0, COMPLAINTS_AT_MOST).map((complaint) => `${complaint} (seed ${seed})`),
  };
}

/**
 * Of the families that saw every crash: some present the predecessor once more, some a token that was used before a
 * crash, and the others go on beside them.
 */
async function auditSteady(
  steady: readonly FamilyClient[],
  people: readonly Person[],
  randomness: Randomness,
): Promise<void> {
  await Promise.all(
    steady.map(async (client, index) => {
      await client.refresh();
      if (index % 3 === 0) {
        await client.repeatLast();
        await client.refresh();
      } else if (index % 3 === 1) {
        // The first of these ends the family, the others find it so.
        for (let count = 0; count < 5; count += 1) await client.refresh(randomness.pick(client.spentTokens));
        await client.refresh();
      }
      await client.probe();
    }),
  );
  await Promise.all(steady.map((client) => client.refresh()));
  // A replay ends its family, and neither session nor sibling.
  for (const person of people) await person.probe();
}

function complainOf({ firstAnswerMs, lastAnswerMs }: CycleReport): string[] {
  return firstAnswerMs > BACK_WITHIN_MS || lastAnswerMs > BACK_WITHIN_MS
    ? [`back only after ${firstAnswerMs} ms, the last client after ${lastAnswerMs} ms`]
    : [];
}

/** Crashes that met nobody prove nothing. */
function complainOfIdleness(reports: readonly CycleReport[]): string[] {
  const met = reports.some(({ acknowledged }) => acknowledged > 0) && reports.some(({ lost }) => lost > 0);
  return met ? [] : ['no crash met a client that was waiting for its answer'];
}

function complainOfBreaches({ entries }: Traffic): string[] {
  return buildBreaches(entries).map(({ rule, family, detail }) => `${rule}: ${family}, ${detail}`);
}

async function complainOfAlarms({ installation, entries }: Traffic): Promise<string[]> {
  const counts = await installation.countEvents(ALARMS);
  const caused: Record<string, number> = { 'refresh.replayed': countCausedReplays(entries) };
  return ALARMS.filter((name) => counts[name] !== (caused[name] ?? 0)).map(
    (name) => `the log has ${counts[name]} of ${name}, and ${caused[name] ?? 0} were caused`,
  );
}
