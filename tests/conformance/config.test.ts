import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeCertificate, trustHere } from '../rig/certificate.js';
import type { Deployment } from '../rig/deployment.js';
import { startCertified } from './deployment.js';
import { verifyDiscovery } from './discovery.js';
import { PLANS } from './plans.js';

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

test.each([
  ['basic', 38],
  ['implicit', 58],
  ['hybrid', 102],
] as const)('the %s plan has every entry of the suite’s: %i', (plan, entries) => {
  expect(PLANS[plan].flatMap(({ modules }) => [...new Set(modules)])).toHaveLength(entries);
});
