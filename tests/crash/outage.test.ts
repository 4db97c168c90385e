import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Installation } from './installation.js';
import { buildBreaches } from './ledger.js';
import { retryUntilAnswered } from './load.js';
import { Person } from './person.js';
import { PostgresInstallation } from './postgres-installation.js';
import { SqliteInstallation } from './sqlite-installation.js';
import { PEOPLE } from './tenant.js';
import { Traffic } from './traffic.js';

/** What is away, and how long. */
interface Outage {
  readonly installation: Installation;
  pass(): Promise<void>;
}

async function nineMinutesOfSqlite(): Promise<Outage> {
  const installation = await SqliteInstallation.start();
  return { installation, pass: async () => installation.moveClock(9 * 60_000) };
}

/** The time is PostgreSQL's own, which nobody can move: the shorter overlap, and a second more. */
async function sixSecondsOfPostgres(): Promise<Outage> {
  const installation = await PostgresInstallation.start(['database killed']);
  return { installation, pass: () => delay(6_000) };
}

test.each<[string, () => Promise<Outage>]>([
  ['nine minutes without the node on sqlite', nineMinutesOfSqlite],
  ['six seconds without postgres', sixSecondsOfPostgres],
])(
  'design.md 5: answers are lost, then %s, longer than the overlap: every retry gets its successor',
  async (_, start) => {
    const { installation, pass } = await start();
    const traffic = new Traffic(installation);
    try {
      const person = await Person.signIn(traffic, 'a', PEOPLE[0] ?? '');
      const { clients } = person;
      for (let count = 0; count < 10; count += 1) await person.openWithTokens('brief');
      await Promise.all(clients.map((client) => client.refreshAndMiss()));
      await installation.crash();
      await pass();
      await installation.restart();
      await Promise.all(clients.map(retryUntilAnswered));
      installation.settle();
      await Promise.all(clients.map((client) => client.refresh()));

      expect(buildBreaches(traffic.entries)).toEqual([]);
      // Ended, so that all events are written.
      expect(new Set(await installation.terminate())).toEqual(new Set([0]));
      const names = ['refresh.repeated', 'refresh.replayed', 'rollback.detected'];
      expect(await installation.countEvents(names)).toEqual({
        'refresh.repeated': clients.length,
        'refresh.replayed': 0,
        'rollback.detected': 0,
      });
    } finally {
      traffic.close();
      await installation.stop();
    }
  },
);
