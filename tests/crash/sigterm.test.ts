import { expect, test } from 'vitest';
import type { Installation } from './installation.js';
import { buildBreaches } from './ledger.js';
import { keepRefreshing, retryUntilAnswered } from './load.js';
import { Person } from './person.js';
import { PostgresInstallation } from './postgres-installation.js';
import { SqliteInstallation } from './sqlite-installation.js';
import { PEOPLE } from './tenant.js';
import { Traffic } from './traffic.js';

/** docs/guide/run-sojourn.md: what is in flight is finished within this. */
const END_WITHIN_MS = 10_000;

/** Tokens that each client has used up, two more at hand: by then all of them refresh as fast as they are answered. */
const BUSY_AFTER = 2;
const SOON = { interval: 5 };

test.each<[string, () => Promise<Installation>]>([
  ['sqlite', () => SqliteInstallation.start()],
  ['two nodes on postgres', () => PostgresInstallation.start(['every node'])],
])(
  'M11: SIGTERM to %s under load: what is taken is answered, nothing else is heard, exit code 0 in time',
  async (_, start) => {
    const installation = await start();
    const traffic = new Traffic(installation);
    try {
      const person = await Person.signIn(traffic, 'a', PEOPLE[0] ?? '');
      const { clients } = person;
      for (let count = 0; count < 20; count += 1) await person.openWithTokens('moored');
      const load = clients.map((client) => keepRefreshing(client, () => false));
      await expect
        .poll(() => clients.every(({ spentTokens }) => spentTokens.length >= BUSY_AFTER), SOON)
        .toBe(true);

      const askedAt = Date.now();
      expect(new Set(await installation.terminate())).toEqual(new Set([0]));
      expect(Date.now() - askedAt).toBeLessThan(END_WITHIN_MS);
      await Promise.all(load);
      const answers = traffic.entries.flatMap((entry) => ('answer' in entry ? entry.answer : []));
      expect(answers.filter(({ outcome }) => outcome === 'fault')).toEqual([]);
      // New connections are refused, and such as were idle at that moment are gone when the next request comes.
      const losses = answers.flatMap((answer) => (answer.outcome === 'unanswered' ? answer.how : []));
      expect(losses).not.toContain('unavailable');
      expect(losses).toHaveLength(clients.length);

      await installation.restart();
      await Promise.all(clients.map(retryUntilAnswered));
      installation.settle();
      expect(buildBreaches(traffic.entries)).toEqual([]);
      // Ended, so that all events are written. No request had been taken and left without its answer.
      await installation.terminate();
      expect(await installation.countEvents(['refresh.repeated'])).toEqual({ 'refresh.repeated': 0 });
    } finally {
      traffic.close();
      await installation.stop();
    }
  },
);
