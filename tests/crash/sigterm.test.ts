import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildBreaches } from './ledger.js';
import { keepRefreshing, retryUntilAnswered } from './load.js';
import { Person } from './person.js';
import { SqliteService } from './sqlite-service.js';
import { PEOPLE } from './tenant.js';
import { Traffic } from './traffic.js';

/** docs/guide/run-sojourn.md: what is in flight is finished within this. */
const END_WITHIN_MS = 10_000;

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

test('M11: SIGTERM under load: what is taken is answered, no other answer is heard, exit code 0 in time', async () => {
  const person = await Person.signIn(traffic, 'a', PEOPLE[0] ?? '');
  for (let count = 0; count < 20; count += 1) await person.openWithTokens('moored');
  const load = person.clients.map((client) => keepRefreshing(client, () => false));
  await delay(500);

  const askedAt = Date.now();
  service.isDisturbed = true;
  expect(await service.node.terminate()).toBe(0);
  expect(Date.now() - askedAt).toBeLessThan(END_WITHIN_MS);
  await Promise.all(load);
  const answers = traffic.entries.flatMap((entry) => ('answer' in entry ? entry.answer : []));
  // New connections are refused, and such as were idle at that moment are gone when the next request comes.
  expect(answers.filter((answer) => answer.outcome === 'unanswered' && answer.how === 'unavailable')).toEqual(
    [],
  );
  expect(answers.filter(({ outcome }) => outcome === 'unanswered')).toHaveLength(person.clients.length);

  await service.restart();
  await Promise.all(person.clients.map(retryUntilAnswered));
  service.settle();
  expect(buildBreaches(traffic.entries)).toEqual([]);
  // Ended, so that all events are written. None had been taken and left without its answer.
  expect(await service.node.terminate()).toBe(0);
  expect(await service.countEvents(['refresh.repeated'])).toEqual({ 'refresh.repeated': 0 });
});
