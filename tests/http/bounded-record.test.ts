import { createHash, randomBytes } from 'node:crypto';
import type { RecordedEvent } from '@sojourn/server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { httpRequest } from '../rig/http-request.js';
import { createPostgresDatabase, type PostgresDatabase } from '../rig/postgres-database.js';
import { authorizationRequest } from '../rig/relying-party.js';
import { tenantFile } from '../rig/tenant.js';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const FLOOD = 1_000;
const AT_ONCE = 50;

let database: PostgresDatabase;
let op: Deployment;
beforeAll(async () => {
  database = await createPostgresDatabase();
  op = await startDeployment({
    tenantFile: tenantFile(),
    databaseUrl: database.url,
    trustedProxies: ['127.0.0.1'],
  });
});
afterAll(async () => {
  await op.stop();
  await database.drop();
});

const flood = async (send: (index: number) => Promise<{ status: number }>, times = FLOOD) => {
  const statuses = new Set<number>();
  for (let start = 0; start < times; start += AT_ONCE) {
    const answers = await Promise.all(
      Array.from({ length: Math.min(AT_ONCE, times - start) }, (_, index) => send(start + index)),
    );
    for (const { status } of answers) statuses.add(status);
  }
  return [...statuses];
};

const bytesOf = (table: string) =>
  database.ask(`SELECT coalesce(sum(pg_column_size(t.*)), 0) FROM ${table} t`);
const countOf = (table: string) => database.ask(`SELECT count(*) FROM ${table}`);

/** What has been recorded, once the last batch is written. */
const eventsOf = async (name: string, count: number): Promise<readonly RecordedEvent[]> => {
  for (;;) {
    const events = await op.store.findEvents({ after: 0, since: 0, atMost: 10_000 });
    const found = events.filter((event) => event.name === name);
    if (found.reduce((sum, event) => sum + event.count, 0) >= count) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

describe('what is recorded is bounded, whatever is sent', () => {
  test('1,000 client ids that nobody knows, of 50 KB each, leave lines that name none of them', async () => {
    const long = randomBytes(25_000).toString('hex');
    const before = await bytesOf('events');
    const statuses = await flood((index) =>
      httpRequest(
        'POST',
        `${op.issuer}oauth/token`,
        FORM,
        `grant_type=client_credentials&client_secret=x&client_id=${index}-${long}`,
      ),
    );
    expect(statuses).toEqual([401]);
    const events = await eventsOf('client.refused', FLOOD);
    expect(new Set(events.map(({ clientId }) => clientId))).toEqual(new Set([null]));
    expect(new Set(events.map(({ reason }) => reason))).toEqual(new Set(['client-unknown']));
    // Many alike are one line: the aggregation applies, however the ids differ.
    expect(Math.max(...events.map(({ count }) => count))).toBeGreaterThan(1);
    expect((await bytesOf('events')) - before).toBeLessThan(FLOOD * 200);
  });

  test('made-up client ids take no place in the table of attempts', async () => {
    const before = await countOf('login_attempts');
    await flood(
      (index) =>
        httpRequest(
          'POST',
          `${op.issuer}oauth/token`,
          FORM,
          `grant_type=client_credentials&client_secret=x&client_id=made-up-${index}`,
        ),
      100,
    );
    expect(await countOf('login_attempts')).toBe(before);
  });

  test('the id of a client that exists is recorded, so that its operator finds it', async () => {
    await httpRequest(
      'POST',
      `${op.issuer}oauth/token`,
      FORM,
      'grant_type=client_credentials&client_secret=x&client_id=machine-m',
    );
    const events = await eventsOf('client.refused', FLOOD + 101);
    expect(events).toContainEqual(
      expect.objectContaining({ clientId: 'machine-m', reason: 'client-authentication' }),
    );
  });

  test('one machine that changes its address within its IPv6 network is counted as one', async () => {
    const count = 60;
    await flood(
      (index) =>
        httpRequest('GET', `${op.issuer}authorize?client_id=nobody`, {
          'x-forwarded-for': `2001:db8:0:1::${(index + 1).toString(16)}`,
        }),
      count,
    );
    const events = await eventsOf('authorization.refused', count);
    expect(Math.max(...events.map((event) => event.count))).toBeGreaterThan(1);
  });

  test('an address that a proxy reports and that is none is not kept', async () => {
    const long = 'x'.repeat(10_000);
    await httpRequest('GET', `${op.issuer}authorize?client_id=nobody`, { 'x-forwarded-for': long });
    const events = await eventsOf('authorization.refused', 61);
    expect(events.at(-1)?.address).toBe('127.0.0.1');
  });

  test('the operator’s log does not repeat a client id of any length either', async () => {
    const long = createHash('sha512').update('x').digest('hex').repeat(100);
    await httpRequest('GET', `${op.issuer}authorize?client_id=${long}`);
    expect(JSON.stringify(op.logLines)).not.toContain(long.slice(0, 300));
  });
});

describe('what a stranger can make the store keep is bounded by address', () => {
  const from = (address: string) => ({ 'x-forwarded-for': address });
  const begin = (address: string) => httpRequest('GET', authorizationRequest(op.issuer).url, from(address));
  const post = (address: string) => {
    const { searchParams } = new URL(authorizationRequest(op.issuer, { state: 'x'.repeat(60_000) }).url);
    return httpRequest(
      'POST',
      `${op.issuer}authorize`,
      { ...FORM, ...from(address) },
      searchParams.toString(),
    );
  };

  test('posted requests of 60 KB: 429 before they fill 20 MB, and another address is served', async () => {
    expect((await flood(() => post('192.0.2.10'), 300)).sort()).toEqual([303, 429]);
    expect(await bytesOf('posted_requests')).toBeLessThan(20 * 1024 * 1024);
    expect((await post('192.0.2.11')).status).toBe(303);
  });

  test('posted sign-outs come out of the same allowance', async () => {
    const body = `client_id=spa-a&filler=${'z'.repeat(60_000)}`;
    const answer = await httpRequest(
      'POST',
      `${op.issuer}oidc/logout`,
      // A page's form; what says nothing of a page is a server's call, and is answered at once.
      { ...FORM, ...from('192.0.2.10'), origin: 'https://a.test' },
      body,
    );
    expect(answer.status).toBe(429);
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
  });

  test('sign-ins that are begun come out of the same allowance, which comes back', async () => {
    expect((await flood(() => begin('192.0.2.10'), 150)).sort()).toEqual([303, 429]);
    expect((await begin('192.0.2.11')).status).toBe(303);
    op.clock.advance(60_000);
    expect((await begin('192.0.2.10')).status).toBe(303);
  });
});
