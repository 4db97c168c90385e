import { afterAll, beforeAll, describe } from 'vitest';
import type { Deployment } from '../rig/deployment.js';
import { startCertified } from './deployment.js';
import { runPlan } from './run-plan.js';

let op: Deployment;
beforeAll(async () => {
  op = await startCertified();
});
afterAll(() => op.stop());

describe('oidcc-basic-certification-test-plan', () => {
  runPlan('basic', 'default', () => op);
});
