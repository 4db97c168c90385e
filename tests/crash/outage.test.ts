import { expect, test } from 'vitest';
import type { Installation } from './installation.js';
import { buildBreaches } from './ledger.js';
import { retryUntilAnswered } from './load.js';
import { Person } from './person.js';
import { PostgresInstallation } from './postgres-installation.js';
import { SqliteInstallation } from './sqlite-installation.js';
import { PEOPLE } from './tenant.js';
import { Traffic } from './traffic.js';

test.each<{ store: string; start: () => Promise<Installation>; outageMs: number }>([
  { store: 'sqlite', start: () => SqliteInstallation.start(), outageMs: 9 * 60_000 },
  // A node whose clock is two minutes from its database's serves nobody.
  { store: 'postgres', start: () => PostgresInstallation.start(['every node']), outageMs: 90_000 },
])(
  'design.md 5: answers lost in a crash, an outage longer than any overlap on $store: every retry gets its successor',
  {
    timeout: 60_000,
  },
  async ({ start, outageMs }) => {
    const installation = await start();
    const traffic = new Traffic(installation);
    try {
      const person = await Person.signIn(traffic, 'a', PEOPLE[0] ?? '');
      const { clients } = person;
      for (let count = 0; count < 10; count += 1) {
        await person.openWithTokens('brief');
        await person.openWithTokens('moored');
      }
      await Promise.all(clients.map((client) => client.refreshAndMiss()));
      await installation.crash();
      installation.moveClock(outageMs);
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
