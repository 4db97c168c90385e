import { identifierKey } from '../user/identifier.js';
import { DEFAULTS, LIMITS } from './defaults.js';
import { problemAt, type RawEntry, textOf } from './parse-entry.js';
import type { Problem } from './problem.js';
import { placeOf, type RawTenantFile } from './raw-tenant-file.js';

/** Names that two entries claim, and limits that one field sets for another. */
export function findNameProblems(file: RawTenantFile): Problem[] {
  return [
    ...findTwice('clients', file.clients, ['client_id'], (client) => textOf(client, 'client_id')),
    ...findTwice('clients', file.clients, ['name'], (client) => textOf(client, 'name')),
    ...findTwice('resourceServers', file.resourceServers, ['identifier'], (api) => textOf(api, 'identifier')),
    ...findTwice('databases', file.databases, ['name'], (database) => textOf(database, 'name')),
    ...findTwice('clientGrants', file.clientGrants, ['audience'], grantKey),
    ...findTwice('users', file.users, ['user_id'], (user) => textOf(user, 'user_id')),
    ...findTwice('users', file.users, ['email'], (user) => keyOf(textOf(user, 'email'))),
    ...findTwice('users', file.users, ['username'], (user) => keyOf(textOf(user, 'username'))),
    ...file.resourceServers.flatMap((api, index) => findApiProblems(api, index)),
  ];
}

function grantKey(grant: RawEntry): string | null {
  const clientId = textOf(grant, 'client_id');
  const audience = textOf(grant, 'audience');
  return clientId === null || audience === null ? null : JSON.stringify([clientId, audience]);
}

function keyOf(identifier: string | null): string | null {
  return identifier === null ? null : identifierKey(identifier);
}

function findTwice(
  list: Parameters<typeof placeOf>[0],
  entries: readonly RawEntry[],
  field: readonly string[],
  nameOf: (entry: RawEntry) => string | null,
): Problem[] {
  const firstAt = new Map<string, number>();
  return entries.flatMap((entry, index) => {
    const name = nameOf(entry);
    if (name === null) return [];
    const first = firstAt.get(name);
    if (first === undefined) {
      firstAt.set(name, index);
      return [];
    }
    const found = field.reduce<unknown>((value, key) => (value as RawEntry)[key], entry);
    return [problemAt(placeOf(list, entry, index), field, found, `${list}[${first}] has it already`)];
  });
}

function findApiProblems(api: RawEntry, index: number): Problem[] {
  const place = placeOf('resourceServers', api, index);
  const secret = textOf(api, 'signing_secret');
  const forWeb = api.token_lifetime_for_web;
  const most = api.token_lifetime ?? DEFAULTS.resourceServer.tokenLifetimeSeconds;
  const problems: Problem[] = [];
  if (secret !== null && secret.length > LIMITS.secretCharacters) {
    const expected = `expected at most ${LIMITS.secretCharacters} characters`;
    problems.push(problemAt(place, ['signing_secret'], secret, expected));
  }
  if (typeof forWeb === 'number' && typeof most === 'number' && forWeb > most) {
    const expected = `expected at most token_lifetime, which is ${most}`;
    problems.push(problemAt(place, ['token_lifetime_for_web'], forWeb, expected));
  }
  return problems;
}
