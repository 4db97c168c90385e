import { buildEvent } from '../events/events.js';
import type { Ports } from '../ports.js';
import type { RegistrationStore } from './registration-store.js';

/**
 * Deletes clients that registered themselves and were never used within the time that the tenant gives them, so that
 * nobody fills the place that others need by registering alone.
 *
 * @returns how many went.
 */
export async function expireRegistrations(
  {
    store,
    configuration,
    reloadConfiguration,
    now,
    record,
  }: Pick<Ports<RegistrationStore>, 'store' | 'configuration' | 'reloadConfiguration' | 'now' | 'record'>,
  atMost: number,
): Promise<number> {
  const { unusedLifetimeMs } = configuration().tenant.clientRegistration;
  const at = now();
  const gone = await store.deleteUnusedRegistrations({ registeredBefore: at - unusedLifetimeMs, atMost });
  for (const clientId of gone) record(buildEvent(at, 'client.deleted', { reason: 'unused', clientId }));
  if (gone.length > 0) await reloadConfiguration();
  return gone.length;
}
