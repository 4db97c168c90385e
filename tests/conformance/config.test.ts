import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeCertificate, trustHere } from '../rig/certificate.js';
import type { Deployment } from '../rig/deployment.js';
import { startCertified } from './deployment.js';
import { verifyDiscovery } from './discovery.js';
import { NOT_YET, PLANS } from './plans.js';

let op: Deployment;
beforeAll(async () => {
  const tls = await makeCertificate();
  trustHere(tls);
  op = await startCertified({ tls });
});
afterAll(() => op.stop());

describe('oidcc-config-certification-test-plan', () => {
  test('oidcc-discovery-endpoint-verification', async () => {
    expect(op.issuer).toMatch(/^https:/);
    await verifyDiscovery(op);
  });
});

/** How metadata would promise what a module needs. */
const PROMISES: Readonly<Record<keyof typeof NOT_YET, readonly [member: string, value: unknown]>> = {
  'oidcc-refresh-token': ['scopes_supported', 'offline_access'],
  'oidcc-refresh-token-rp-key-rotation': ['grant_types_supported', 'refresh_token'],
};

describe('what nothing is written for yet is not promised either', () => {
  test.each(Object.keys(NOT_YET) as (keyof typeof NOT_YET)[])('%s', async (name) => {
    const [member, value] = PROMISES[name];
    const metadata = await verifyDiscovery(op);
    expect([metadata[member]].flat()).not.toContain(value);
  });
});

/** The suite counts oidcc-refresh-token as well, once for each response type with a code. */
test.each([
  ['basic', 38 - 1],
  ['implicit', 58],
  ['hybrid', 102 - 3],
] as const)('the %s plan has every entry of the suite’s: %i', (plan, entries) => {
  expect(PLANS[plan].flatMap(({ modules }) => [...new Set(modules)])).toHaveLength(entries);
});
