import { expect, test } from 'vitest';
import { buildBreaches } from './ledger.js';
import { retryUntilAnswered } from './load.js';
import { Person } from './person.js';
import { PostgresService } from './postgres-service.js';
import type { Service } from './service.js';
import { SqliteService } from './sqlite-service.js';
import { PEOPLE } from './tenant.js';
import { Traffic } from './traffic.js';

test.each<{ store: string; start: () => Promise<Service>; outageMs: number }>([
  { store: 'sqlite', start: () => SqliteService.start(), outageMs: 9 * 60_000 },
  // A node whose clock is two minutes from its database's serves nobody.
  { store: 'postgres', start: () => PostgresService.start(['every node']), outageMs: 90_000 },
])(
  'design.md 5: answers lost in a crash, an outage longer than any overlap on $store: every retry gets its successor',
  {
    timeout: 60_000,
  },
  async ({ start, outageMs }) => {
    const service = await start();
    const traffic = new Traffic(service);
    try {
      const person = await Person.signIn(traffic, 'a', PEOPLE[0] ?? '');
      const { clients } = person;
      for (let count = 0; count < 10; count += 1) {
        await person.openWithTokens('brief');
        await person.openWithTokens('moored');
      }
      await Promise.all(clients.map((client) => client.refreshAndMiss()));
      await service.crash();
      service.moveClock(outageMs);
      await service.restart();
      await Promise.all(clients.map(retryUntilAnswered));
      service.settle();
      await Promise.all(clients.map((client) => client.refresh()));

      expect(buildBreaches(traffic.entries)).toEqual([]);
      // Ended, so that all events are written.
      expect(new Set(await service.terminate())).toEqual(new Set([0]));
      const names = ['refresh.repeated', 'refresh.replayed', 'rollback.detected'];
      expect(await service.countEvents(names)).toEqual({
        'refresh.repeated': clients.length,
        'refresh.replayed': 0,
        'rollback.detected': 0,
      });
    } finally {
      traffic.close();
      await service.stop();
    }
  },
);
