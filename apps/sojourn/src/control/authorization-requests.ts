import { buildClientEnd, buildEvent, type Store, type User } from '@sojourn/server';
import type { ControlPorts } from './control-ports.js';
import type { ControlAnswer, RequestOf } from './control-request.js';
import {
  buildAccountText,
  buildApplicationsText,
  findClientFault,
  findNamedUser,
} from './named-in-request.js';
import { everyPageOfSessions } from './session-requests.js';
import { findTodaysConfiguration } from './todays-configuration.js';
import { everyPageOfFamilies } from './token-requests.js';

/** Ends what one application, or each, was given for an account: codes, refresh tokens, access tokens. Sessions stay. */
export async function endAuthorizationsOfUser(
  { user: name, client, withdrawsConsent }: RequestOf<'tokens.revoke-of-user'>,
  { store, now }: ControlPorts,
): Promise<ControlAnswer> {
  const today = await findTodaysConfiguration(store);
  const fault = client === null ? null : findClientFault(client, today);
  if (fault !== null) return { refused: fault };
  const found = await findNamedUser(name, store);
  if ('refused' in found) return found;
  const { userId } = found.user;
  const account = buildAccountText(found.user);
  const clientIds = client === null ? await findClientsOf(found.user, store) : [client];
  if (clientIds.length === 0) return { done: `No application holds anything of ${account}.` };
  const at = now();
  const reason = withdrawsConsent ? 'consent-withdrawn' : 'revoked';
  let families = 0;
  for (const clientId of clientIds) {
    const events = [buildEvent(at, 'authorizations.ended', { userId, clientId, reason })];
    const end = { userId, clientId, reason, withdrawsConsent, now: at, events } as const;
    families += (await store.endAuthorizations(end)).families;
  }
  const consent = withdrawsConsent ? ' It has to ask for consent again.' : '';
  const applications = buildApplicationsText(clientIds, '', today);
  return {
    done: `What was given for ${account} has ended in ${applications}. Refresh token families revoked: ${families}.${consent}`,
  };
}

/** Ends everything that an application was given until now, for every account. It may get new tokens at once. */
export async function endClient(
  { client }: RequestOf<'tokens.revoke-of-client'>,
  { store, now, reloadConfiguration }: ControlPorts,
): Promise<ControlAnswer> {
  const today = await findTodaysConfiguration(store);
  const fault = findClientFault(client, today);
  if (fault !== null) return { refused: fault };
  const at = now();
  const events = [buildEvent(at, 'client.ended', { clientId: client, reason: 'revoked' })];
  await store.saveConfiguration([buildClientEnd(client, at)], events);
  await reloadConfiguration();
  return {
    done: `Everything that ${today.applicationOf(client)} was given has ended, for every account. Sessions stay.`,
  };
}

/** Every application that took part in a session of the account, or holds a code or refresh tokens of it. */
async function findClientsOf({ userId }: User, store: Store): Promise<string[]> {
  const clientIds = new Set(await store.findClientsWithCodes(userId));
  for await (const page of everyPageOfSessions({ userId, clientId: null }, store)) {
    for (const clientId of page.flatMap(({ participants }) => participants)) clientIds.add(clientId);
  }
  for await (const page of everyPageOfFamilies({ userId, clientId: null, sid: null }, store)) {
    for (const { family } of page) clientIds.add(family.clientId);
  }
  return [...clientIds];
}
