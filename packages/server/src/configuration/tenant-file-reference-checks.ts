import type { ConfigurationDocument, ConfigurationKind } from './configuration.js';
import { DEFAULTS } from './defaults.js';
import { groupOf, problemAt, type RawEntry, textOf } from './parse-entry.js';
import type { Problem } from './problem.js';
import { placeOf, type RawTenantFile } from './raw-tenant-file.js';

type Stored = readonly ConfigurationDocument[];

/** Names of clients, APIs and databases that neither the file nor the store explains. */
export function findReferenceProblems(file: RawTenantFile, stored: Stored): Problem[] {
  const clients = new Set([
    ...namesOf(file.clients, 'client_id'),
    ...namesOf(file.clients, 'name'),
    ...idsOf(stored, 'client'),
    ...namesOf(documentsOf(stored, 'client'), 'name'),
  ]);
  const apis = new Set([...namesOf(file.resourceServers, 'identifier'), ...idsOf(stored, 'resource-server')]);
  return [
    ...unknown(
      apis,
      textOf(file.tenant, 'default_audience'),
      'expected the identifier of an API in resourceServers',
      (found, expected) =>
        problemAt({ path: ['tenant'], subject: null }, ['default_audience'], found, expected, true),
    ),
    ...file.clients.flatMap((client, index) =>
      unknown(
        apis,
        textOf(groupOf(client, 'sojourn'), 'resource_server'),
        'expected the identifier of an API in resourceServers',
        (found, expected) =>
          problemAt(placeOf('clients', client, index), ['sojourn', 'resource_server'], found, expected, true),
      ),
    ),
    ...file.clientGrants.flatMap((grant, index) => {
      const at = (field: string) => (found: string, expected: string) =>
        problemAt(placeOf('clientGrants', grant, index), [field], found, expected, true);
      const audience = isManagementGrant(grant, file, stored) ? null : textOf(grant, 'audience');
      return [
        ...unknown(
          clients,
          textOf(grant, 'client_id'),
          'expected the client_id or name of a client',
          at('client_id'),
        ),
        ...unknown(apis, audience, 'expected the identifier of an API in resourceServers', at('audience')),
      ];
    }),
    ...findConnectionProblems(file, stored),
    ...findSharedNames(file, stored),
  ];
}

/**
 * Clients that are called what an API is called. An ID token names its client as its audience, and where its `typ` is that of
 * the API's access tokens, the API would take it for one.
 *
 * @see RFC 8725 §3.9, §3.12
 */
function findSharedNames(file: RawTenantFile, stored: Stored): Problem[] {
  const clients = new Set([...namesOf(file.clients, 'client_id'), ...idsOf(stored, 'client')]);
  const apis = new Set([...namesOf(file.resourceServers, 'identifier'), ...idsOf(stored, 'resource-server')]);
  const shared = (
    list: 'clients' | 'resourceServers',
    field: string,
    others: ReadonlySet<string>,
    noun: string,
  ) =>
    file[list].flatMap((entry, index) => {
      const name = textOf(entry, field);
      if (name === null || !others.has(name)) return [];
      const expected = `${noun} has this name too: an ID token would pass for an access token`;
      return [problemAt(placeOf(list, entry, index), [field], name, expected)];
    });
  return [
    ...shared('clients', 'client_id', apis, 'an API'),
    ...shared('resourceServers', 'identifier', clients, 'a client'),
  ];
}

function findConnectionProblems(file: RawTenantFile, stored: Stored): Problem[] {
  const databases = [...namesOf(file.databases, 'name'), ...idsOf(stored, 'database')];
  const names = new Set(databases.length === 0 ? [DEFAULTS.databaseName] : databases);
  const expected = `expected the name of a database: ${[...names].slice(0, 5).join(', ')}`;
  return file.users.flatMap((user, index) =>
    unknown(names, textOf(user, 'connection'), expected, (found, text) =>
      problemAt(placeOf('users', user, index), ['connection'], found, text, true),
    ),
  );
}

function unknown(
  names: ReadonlySet<string>,
  found: string | null,
  expected: string,
  problem: (found: string, expected: string) => Problem,
): Problem[] {
  return found === null || names.has(found) ? [] : [problem(found, expected)];
}

/** Exports carry grants for the management API of the Auth0 tenant they come from, which nobody here serves. */
export function isManagementGrant(grant: RawEntry, file: RawTenantFile, stored: Stored): boolean {
  const audience = textOf(grant, 'audience');
  if (audience === null || !/^https:\/\/[^/]+\/api\/v2\/$/.test(audience)) return false;
  return ![...namesOf(file.resourceServers, 'identifier'), ...idsOf(stored, 'resource-server')].includes(
    audience,
  );
}

function namesOf(entries: readonly RawEntry[], field: string): string[] {
  return entries.map((entry) => textOf(entry, field)).filter((name) => name !== null);
}

function documentsOf(stored: Stored, kind: ConfigurationKind): RawEntry[] {
  return stored.filter((entry) => entry.kind === kind).map((entry) => entry.document);
}

function idsOf(stored: Stored, kind: ConfigurationKind): string[] {
  return stored.filter((entry) => entry.kind === kind).map((entry) => entry.id);
}
