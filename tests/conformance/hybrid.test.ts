import { afterAll, beforeAll, describe } from 'vitest';
import type { Deployment } from '../rig/deployment.js';
import { startCertified } from './deployment.js';
import { runPlan } from './run-plan.js';

let op: Deployment;
beforeAll(async () => {
  op = await startCertified();
});
afterAll(() => op.stop());

describe('oidcc-hybrid-certification-test-plan', () => {
  runPlan('hybrid', 'default', () => op);
});
