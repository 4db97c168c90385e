import type { Store } from '@sojourn/server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Deployment } from '../rig/deployment.js';
import { type Nodes, startNodes } from '../rig/nodes.js';
import { INITIAL_TOKEN, manage, register, registered } from '../rig/registration.js';
import { tenantFile } from '../rig/tenant.js';

const GOOD = { redirect_uris: ['https://c.test/cb'] };
const MOST = 20;
const BURST = 15;

/** What the others read of the configuration since they began: how many entries, and how often all of them. */
const read = { entries: 0, whole: 0 };
const counting = (store: Store): Store => ({
  ...store,
  findConfiguration: async () => {
    read.whole += 1;
    return store.findConfiguration();
  },
  findConfigurationChanges: async (since) => {
    const found = await store.findConfigurationChanges(since);
    read.entries += found.changes.length;
    if (found.isWhole) read.whole += 1;
    return found;
  },
});

let nodes: Nodes;
let everyNode: readonly Deployment[];
beforeAll(async () => {
  const file = tenantFile();
  const client_registration = {
    mode: 'token',
    initial_access_tokens: [INITIAL_TOKEN],
    most_clients: MOST,
  };
  nodes = await startNodes(
    { ...file, tenant: { ...file.tenant, sojourn: { client_registration } } },
    counting,
  );
  everyNode = [nodes.first, ...nodes.others];
});
afterAll(() => nodes.stop());

const nodeOf = (index: number) => everyNode[index % everyNode.length] as Deployment;
type Registered = Awaited<ReturnType<typeof registered>>;

/** A request of RFC 7592 to a node, whichever the client registered at. */
function ask(node: Deployment, client: Registered, method: string, metadata?: object) {
  const url = `${node.issuer}oidc/register/${client.client_id}`;
  return manage(url, method, String(client.registration_access_token), metadata);
}

/**
 * In bursts over all nodes, each as many as a busy machine answers in time: more at once, and some are told to wait, which
 * proves nothing.
 */
async function inBursts<T>(times: number, call: (node: Deployment) => Promise<T>): Promise<T[]> {
  const answers: T[] = [];
  while (answers.length < times)
    answers.push(...(await Promise.all(Array.from({ length: BURST }, (_, index) => call(nodeOf(index))))));
  return answers;
}

/** Until the node has heard of it. */
async function known(node: Deployment, client: Registered): Promise<void> {
  await expect.poll(async () => (await ask(node, client, 'GET')).status, { timeout: 5_000 }).toBe(200);
}

describe('registration on three nodes', () => {
  test('a deleted registration never comes back, whatever the other nodes write at that moment', async () => {
    for (let round = 0; round < 15; round += 1) {
      const client = await registered(nodes.first);
      for (const node of nodes.others) await known(node, client);
      const update = { ...GOOD, client_id: client.client_id };
      const [deleted, ...others] = await Promise.all([
        ask(nodes.first, client, 'DELETE'),
        ...Array.from({ length: 4 }, (_, index) => ask(nodeOf(index + 1), client, 'PUT', update)),
      ]);
      // 503: a machine that is too busy to answer in time, which changes nothing.
      for (const { status } of others) expect([200, 401, 503]).toContain(status);
      if (deleted.status === 503) expect((await ask(nodes.first, client, 'DELETE')).status).toBe(204);
      else expect(deleted.status).toBe(204);
      for (const node of everyNode) expect((await ask(node, client, 'GET')).status).toBe(401);
    }
  });

  test('what one node wrote another one answers at once', async () => {
    const client = await registered(nodes.first);
    for (const node of nodes.others) await known(node, client);
    for (let index = 0; index < 9; index += 1) {
      const client_name = `Boat ${index}`;
      const update = { ...GOOD, client_id: client.client_id, client_name };
      expect((await ask(nodeOf(index), client, 'PUT', update)).status).toBe(200);
      expect(await ask(nodeOf(index + 1), client, 'GET')).toMatchObject({
        status: 200,
        body: { client_name },
      });
    }
    expect((await ask(nodes.first, client, 'DELETE')).status).toBe(204);
  });

  test('a change of one client is read by every node as one entry', async () => {
    const client = await registered(nodes.first);
    for (const node of nodes.others) await known(node, client);
    const before = { ...read };
    const client_name = 'Boat of all';
    const update = { ...GOOD, client_id: client.client_id, client_name };
    expect((await ask(nodes.first, client, 'PUT', update)).status).toBe(200);
    await expect.poll(() => read.entries - before.entries, { timeout: 5_000 }).toBe(nodes.others.length);
    for (const node of everyNode) await ask(node, client, 'GET');
    expect(read).toEqual({ entries: before.entries + nodes.others.length, whole: before.whole });
    expect((await ask(nodes.first, client, 'DELETE')).status).toBe(204);
  });

  test('a client asks 60 times a minute, whichever nodes it asks', async () => {
    const client = await registered(nodes.first);
    for (const node of nodes.others) await known(node, client);
    nodes.first.clock.advance(60_001);
    const answers = await inBursts(90, (node) => ask(node, client, 'GET'));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(60);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(30);
    nodes.first.clock.advance(60_001);
    expect((await ask(nodes.first, client, 'DELETE')).status).toBe(204);
  });

  test(`of 60 that register in bursts on all nodes, ${MOST} do`, async () => {
    const answers = await inBursts(60, (node) => register(node, GOOD));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(MOST);
    expect(answers.filter(({ status }) => status === 403)).toHaveLength(60 - MOST);
  });
});
