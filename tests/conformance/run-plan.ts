import { describe, test } from 'vitest';
import type { Deployment } from '../rig/deployment.js';
import { CALLBACK, CERTIFIER } from './deployment.js';
import { proveBasically, type ResponseMode } from './flow.js';
import { MODULES, type Module } from './modules.js';
import { PLANS, type PlanName } from './plans.js';

/** Every module of a plan as a test of its name, for each of the plan's response types. */
export function runPlan(plan: PlanName, responseMode: ResponseMode, op: () => Deployment): void {
  const { clientId, secret } = CERTIFIER;
  describe.each(PLANS[plan])('response_type=$responseType', ({ responseType, modules }) => {
    test.each([...modules])('%s', async (name) => {
      const prove = () => proveBasically(clientId, secret);
      const module: Module = MODULES[name];
      await module({
        op: op(),
        party: { clientId, redirectUri: CALLBACK, responseType, responseMode, prove },
      });
    });
  });
}
