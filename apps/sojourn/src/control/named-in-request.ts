import { identifierKey, type Store, type User } from '@sojourn/server';
import type { TodaysConfiguration } from './todays-configuration.js';

/** What an account is called in lists. */
export function buildAccountText({ email, username, userId }: User): string {
  return email ?? username ?? userId;
}

/** The account of an email, username or user id. */
export async function findNamedUser(
  name: string,
  store: Store,
): Promise<{ readonly user: User } | { readonly refused: string }> {
  // An id first: nobody chooses their own, so nobody can stand in front of it with a username.
  const key = identifierKey(name);
  const user = (await store.findUser(name)) ?? (key === null ? null : await store.findUserByIdentifier(key));
  return user === null ? { refused: `There is no account ${JSON.stringify(name)}.` } : { user };
}

/** Why an application that was named cannot be meant; `null` where it can. */
export function findClientFault(clientId: string, today: TodaysConfiguration): string | null {
  if (today.isRegistered(clientId)) return null;
  const meant = today.clientIdsNamed(clientId).map((id) => JSON.stringify(id));
  return meant.length === 0
    ? `There is no application ${JSON.stringify(clientId)}. --client takes its client_id.`
    : `${JSON.stringify(clientId)} is the name of an application; give its client_id: ${meant.join(' or ')}.`;
}

/** Whom and what a list is about. `null` is everybody, everything. */
export async function findFilter(
  { user, client }: { readonly user: string | null; readonly client: string | null },
  today: TodaysConfiguration,
  store: Store,
): Promise<
  { readonly userId: string | null; readonly clientId: string | null } | { readonly refused: string }
> {
  const fault = client === null ? null : findClientFault(client, today);
  if (fault !== null) return { refused: fault };
  if (user === null) return { userId: null, clientId: client };
  const found = await findNamedUser(user, store);
  return 'refused' in found ? found : { userId: found.user.userId, clientId: client };
}

/** Applications in a sentence: `2 applications took part: Harbour Docs, Harbour Shop`. */
export function buildApplicationsText(
  clientIds: Iterable<string>,
  did: '' | ' took part',
  { applicationOf }: TodaysConfiguration,
): string {
  const names = [...clientIds].map(applicationOf).sort((one, other) => one.localeCompare(other));
  return `${names.length} ${names.length === 1 ? 'application' : 'applications'}${did}: ${names.join(', ')}`;
}
