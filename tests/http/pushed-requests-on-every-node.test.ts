import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Deployment } from '../rig/deployment.js';
import { type Nodes, startNodes } from '../rig/nodes.js';
import { authorizationRequest } from '../rig/relying-party.js';
import { expectRefusedPage, jsonOf } from '../rig/requests.js';
import { browserWithSession } from '../rig/session.js';
import { tenantFile } from '../rig/tenant.js';

let nodes: Nodes;
beforeAll(async () => {
  nodes = await startNodes(tenantFile());
});
afterAll(() => nodes.stop());

const CALLBACK = 'https://c.test/cb';

async function pushAt(node: Deployment): Promise<string> {
  const request = { client_id: 'conf-c', redirect_uri: CALLBACK };
  const body = new URL(authorizationRequest(node.issuer, request).url).searchParams;
  body.set('client_secret', 'a-secret-of-the-desk-that-is-long-enough');
  const answer = await jsonOf(await fetch(`${node.issuer}oauth/par`, { method: 'POST', body }));
  expect(answer.status).toBe(201);
  return String(answer.body.request_uri);
}

const addressAt = (node: Deployment, request_uri: string) =>
  `${node.issuer}authorize?${new URLSearchParams({ client_id: 'conf-c', request_uri })}`;

test('RFC 9126 §4: pushed at one node it is answered at any other, once, however many nodes are asked at once', async () => {
  const all = [nodes.first, ...nodes.others];
  const request_uri = await pushAt(nodes.first);
  const browsers = await Promise.all(all.map((node) => browserWithSession(node)));
  const asked = all.flatMap((node, index) =>
    Array.from({ length: 5 }, () => browsers[index]?.visit(addressAt(node, request_uri))),
  );
  const pages = await Promise.all(asked);
  const answered = pages.filter((page) => page?.url.startsWith(`${CALLBACK}?`));
  expect(answered.map((page) => new URL(page?.url ?? '').searchParams.has('code'))).toEqual([true]);
  for (const page of pages) if (page !== undefined && !answered.includes(page)) expectRefusedPage(page);
});

test('one that expired at the node that took it has expired at every other', async () => {
  const request_uri = await pushAt(nodes.others[0]);
  nodes.first.clock.advance(60_000);
  const browser = await browserWithSession(nodes.others[1]);
  expectRefusedPage(await browser.visit(addressAt(nodes.others[1], request_uri)));
});
