import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { buildBreaches } from './ledger.js';
import { keepRefreshing, retryUntilAnswered } from './load.js';
import { Person } from './person.js';
import { PostgresService } from './postgres-service.js';
import type { Service } from './service.js';
import { SqliteService } from './sqlite-service.js';
import { PEOPLE } from './tenant.js';
import { Traffic } from './traffic.js';

/** docs/guide/run-sojourn.md: what is in flight is finished within this. */
const END_WITHIN_MS = 10_000;

test.each<[string, () => Promise<Service>]>([
  ['sqlite', () => SqliteService.start()],
  ['two nodes on postgres', () => PostgresService.start(['every node'])],
])(
  'M11: SIGTERM to %s under load: what is taken is answered, nothing else is heard, exit code 0 in time',
  async (_, start) => {
    const service = await start();
    const traffic = new Traffic(service);
    try {
      const person = await Person.signIn(traffic, 'a', PEOPLE[0] ?? '');
      const { clients } = person;
      for (let count = 0; count < 20; count += 1) await person.openWithTokens('moored');
      const load = clients.map((client) => keepRefreshing(client, () => false));
      await delay(500);

      const askedAt = Date.now();
      expect(new Set(await service.terminate())).toEqual(new Set([0]));
      expect(Date.now() - askedAt).toBeLessThan(END_WITHIN_MS);
      await Promise.all(load);
      // New connections are refused, and such as were idle at that moment are gone when the next request comes.
      const losses = traffic.entries.flatMap((entry) =>
        'answer' in entry && entry.answer.outcome === 'unanswered' ? entry.answer.how : [],
      );
      expect(losses).toHaveLength(clients.length);
      expect(losses).not.toContain('unavailable');

      await service.restart();
      await Promise.all(clients.map(retryUntilAnswered));
      service.settle();
      expect(buildBreaches(traffic.entries)).toEqual([]);
      // Ended, so that all events are written. No request had been taken and left without its answer.
      await service.terminate();
      expect(await service.countEvents(['refresh.repeated'])).toEqual({ 'refresh.repeated': 0 });
    } finally {
      traffic.close();
      await service.stop();
    }
  },
  60_000,
);
