import { afterAll, beforeAll, describe } from 'vitest';
import type { Deployment } from '../rig/deployment.js';
import { startCertified } from './deployment.js';
import { runPlan } from './run-plan.js';

let op: Deployment;
beforeAll(async () => {
  op = await startCertified();
});
afterAll(() => op.stop());

describe.each(['basic', 'implicit', 'hybrid'] as const)(
  'oidcc-formpost-%s-certification-test-plan',
  (plan) => {
    runPlan(plan, 'form_post', () => op);
  },
);
