import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildBreaches } from './ledger.js';
import { retryUntilAnswered } from './load.js';
import { Person } from './person.js';
import { SqliteService } from './sqlite-service.js';
import { PEOPLE } from './tenant.js';
import { Traffic } from './traffic.js';

let service: SqliteService;
let traffic: Traffic;
beforeEach(async () => {
  service = await SqliteService.start();
  traffic = new Traffic(service);
});
afterEach(async () => {
  traffic.close();
  await service.stop();
});

test('design.md 5: answers lost in a crash, then an outage of minutes, longer than any overlap: every retry gets its successor', async () => {
  const person = await Person.signIn(traffic, 'a', PEOPLE[0] ?? '');
  const { clients } = person;
  for (let count = 0; count < 10; count += 1) {
    await person.openWithTokens('brief');
    await person.openWithTokens('moored');
  }
  await Promise.all(clients.map((client) => client.refreshAndMiss()));
  await service.crash();
  service.node.moveClock(9 * 60_000);
  await service.restart();
  await Promise.all(clients.map(retryUntilAnswered));
  service.settle();
  await Promise.all(clients.map((client) => client.refresh()));
  expect(buildBreaches(traffic.entries)).toEqual([]);
  // Ended, so that all events are written.
  expect(await service.node.terminate()).toBe(0);
  const names = ['refresh.repeated', 'refresh.replayed', 'rollback.detected'];
  expect(await service.countEvents(names)).toEqual({
    'refresh.repeated': clients.length,
    'refresh.replayed': 0,
    'rollback.detected': 0,
  });
});
