import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { HttpBrowser } from '../rig/http-browser.js';
import { authorizationRequest } from '../rig/relying-party.js';
import { tenantFile } from '../rig/tenant.js';

let op: Deployment;
beforeAll(async () => {
  op = await startDeployment({ tenantFile: tenantFile(), trustedProxies: ['127.0.0.1'] });
});
afterAll(() => op.stop());

test('an attempt that was turned away because hashing is busy costs none of the ten', async () => {
  const browser = new HttpBrowser(op.issuer);
  const login = await browser.visit(authorizationRequest(op.issuer).url);
  const attempt = (username: string, address: string) =>
    browser.submit(login, { username, password: 'wrong' }, { 'x-forwarded-for': address });
  // More at once than wait and work together, each from an address of its own.
  const crowd = Array.from({ length: 180 }, (_, index) => attempt(`nobody-${index}`, `192.0.2.${index}`));
  const statuses = (await Promise.all(crowd)).map(({ status }) => status);
  const turnedAway = statuses.indexOf(503);
  expect(turnedAway).toBeGreaterThan(-1);
  const after: number[] = [];
  for (let index = 0; index < 11; index += 1)
    after.push((await attempt(`nobody-${turnedAway}`, `192.0.2.${turnedAway}`)).status);
  expect(after).toEqual([...Array(10).fill(400), 429]);
});
