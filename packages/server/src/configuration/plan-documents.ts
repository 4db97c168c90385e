import { isDeepStrictEqual } from 'node:util';
import { defaultAuthMethodOf } from './build-client.js';
import type { ClientEntry } from './client-entry.js';
import type { ConfigurationDocument, ConfigurationKind } from './configuration.js';
import { DEFAULTS, LIMITS } from './defaults.js';
import type { Draw } from './made-identifiers.js';
import { problemAt } from './parse-entry.js';
import type { Problem } from './problem.js';
import { placeOf } from './raw-tenant-file.js';
import type { ClientGrantEntry, ResourceServerEntry } from './resource-server-entry.js';
import type { TenantFile } from './tenant-file.js';

/** An id or secret that the file left open and loading made: told once, because secrets are stored sealed. */
export interface Made {
  /** `client "Harbour Shop"`. */
  readonly subject: string;
  readonly field: 'client_id' | 'client_secret' | 'signing_secret' | 'user_id';
  readonly value: string;
}

/** What a tenant file would change in the store, before anything is written. */
export interface DocumentPlan {
  /** New or different entries, secrets in clear. */
  readonly documents: readonly ConfigurationDocument[];
  /** What a person calls those that are new, and those that are different. */
  readonly created: readonly string[];
  readonly changed: readonly string[];
  readonly made: readonly Made[];
  readonly problems: readonly Problem[];
}

/**
 * Which documents the store must be given so that it holds what the file says. An entry of the file replaces the
 * stored one whole, except that an id or secret that the file leaves out stays.
 *
 * @param stored Every stored document, secrets in clear.
 */
export function planDocuments(
  file: TenantFile,
  stored: readonly ConfigurationDocument[],
  draw: Draw,
): DocumentPlan {
  const made: Made[] = [];
  const problems: Problem[] = [];
  const clients = planClients(file.clients, stored, draw, made, problems);
  const wanted: { subject: string; document: ConfigurationDocument }[] = [
    ...(file.tenant === undefined ? [] : [single('tenant', file.tenant)]),
    ...(file.branding === undefined ? [] : [single('branding', file.branding)]),
    ...file.databases.map((entry, index) => ({
      subject: placeOf('databases', entry, index).subject ?? '',
      document: documentOf('database', entry.name, entry),
    })),
    ...clients,
    ...file.resourceServers.map((entry, index) => planResourceServer(entry, index, stored, draw, made)),
    ...planClientGrants(file.clientGrants, clients, stored, problems),
  ];
  const before = new Map(stored.map((document) => [keyOf(document), document]));
  const isNew = ({ document }: { document: ConfigurationDocument }) => !before.has(keyOf(document));
  const different = wanted.filter(
    ({ document }) => !isDeepStrictEqual(before.get(keyOf(document))?.document, document.document),
  );
  return {
    documents: different.map(({ document }) => document),
    created: different.filter((entry) => isNew(entry)).map(({ subject }) => subject),
    changed: different.filter((entry) => !isNew(entry)).map(({ subject }) => subject),
    made,
    problems,
  };
}

type Wanted = { readonly subject: string; readonly document: ConfigurationDocument };

function planClients(
  entries: readonly ClientEntry[],
  stored: readonly ConfigurationDocument[],
  draw: Draw,
  made: Made[],
  problems: Problem[],
): Wanted[] {
  const taken = new Set<string>();
  return entries.map((entry, index) => {
    const place = placeOf('clients', entry, index);
    const subject = place.subject ?? '';
    const namesakes = stored.filter(
      (document) =>
        document.kind === 'client' &&
        entry.name !== undefined &&
        document.document.name === entry.name &&
        !hasRegisteredItself(document),
    );
    if (entry.client_id === undefined && namesakes.length > 1) {
      const expected = `${namesakes.length} stored clients have this name: add the client_id of the one that is meant`;
      problems.push(problemAt(place, ['name'], entry.name, expected));
    }
    const known = entry.client_id ?? namesakes[0]?.id;
    const clientId = known ?? draw.clientId();
    if (known === undefined) made.push({ subject, field: 'client_id', value: clientId });
    if (taken.has(clientId)) {
      const expected = `another entry is the stored client "${clientId}" of this name already: write each client_id`;
      problems.push(problemAt(place, ['name'], entry.name, expected));
    }
    taken.add(clientId);
    const kept = findDocument(stored, 'client', clientId)?.client_secret;
    const secret = entry.client_secret ?? (typeof kept === 'string' ? kept : undefined);
    if (secret !== undefined && isHs256(entry) && Buffer.byteLength(secret) < LIMITS.hs256SecretBytes) {
      const expected = `jwt_configuration.alg HS256 needs at least ${LIMITS.hs256SecretBytes} bytes`;
      problems.push(problemAt(place, ['client_secret'], secret, expected));
    }
    const needed = secret ?? (needsSecret(entry) ? draw.secret() : undefined);
    if (secret === undefined && needed !== undefined) {
      made.push({ subject, field: 'client_secret', value: needed });
    }
    const { client_secret: _, ...rest } = entry;
    const document = {
      ...rest,
      client_id: clientId,
      ...(needed === undefined ? {} : { client_secret: needed }),
    };
    return { subject, document: documentOf('client', clientId, document) };
  });
}

function isHs256(entry: ClientEntry): boolean {
  return (entry.jwt_configuration?.alg ?? DEFAULTS.client.idTokenSigningAlg) === 'HS256';
}

/** HS256 signs with the client's secret, also where the client does not authenticate with it. */
function needsSecret(entry: ClientEntry): boolean {
  const method = entry.token_endpoint_auth_method ?? defaultAuthMethodOf(entry);
  return method.startsWith('client_secret') || isHs256(entry);
}

function planResourceServer(
  entry: ResourceServerEntry,
  index: number,
  stored: readonly ConfigurationDocument[],
  draw: Draw,
  made: Made[],
): Wanted {
  const subject = placeOf('resourceServers', entry, index).subject ?? '';
  const kept = findDocument(stored, 'resource-server', entry.identifier)?.signing_secret;
  let secret = entry.signing_secret ?? (typeof kept === 'string' ? kept : undefined);
  if (secret === undefined && entry.signing_alg === 'HS256') {
    secret = draw.secret();
    made.push({ subject, field: 'signing_secret', value: secret });
  }
  const document = { ...entry, ...(secret === undefined ? {} : { signing_secret: secret }) };
  return { subject, document: documentOf('resource-server', entry.identifier, document) };
}

function planClientGrants(
  entries: readonly ClientGrantEntry[],
  clients: readonly Wanted[],
  stored: readonly ConfigurationDocument[],
  problems: Problem[],
): Wanted[] {
  const known = [
    ...clients.map(({ document }) => document),
    ...stored.filter(({ kind }) => kind === 'client'),
  ];
  const taken = new Set<string>();
  return entries.flatMap((entry, index) => {
    const place = placeOf('clientGrants', entry, index);
    const client =
      known.find(({ id }) => id === entry.client_id) ??
      known.find((client) => client.document.name === entry.client_id && !hasRegisteredItself(client));
    if (client === undefined) {
      problems.push(
        problemAt(place, ['client_id'], entry.client_id, 'expected the client_id or name of a client', true),
      );
      return [];
    }
    const id = `${client.id} ${entry.audience}`;
    if (taken.has(id)) {
      problems.push(
        problemAt(place, ['client_id'], entry.client_id, 'this client has a grant for this API above'),
      );
    }
    taken.add(id);
    const document = { ...entry, client_id: client.id };
    return [{ subject: place.subject ?? '', document: documentOf('client-grant', id, document) }];
  });
}

/** Such a client chose its name: an entry that names another by it must not become this one's. */
function hasRegisteredItself({ document }: ConfigurationDocument): boolean {
  const { sojourn } = document as { sojourn?: { registration?: unknown } };
  return sojourn?.registration !== undefined;
}

function single(kind: 'tenant' | 'branding', entry: object): Wanted {
  return { subject: kind, document: documentOf(kind, 'default', entry) };
}

function documentOf(kind: ConfigurationKind, id: string, entry: object): ConfigurationDocument {
  return { kind, id, document: { ...entry } };
}

function findDocument(stored: readonly ConfigurationDocument[], kind: ConfigurationKind, id: string) {
  return stored.find((document) => document.kind === kind && document.id === id)?.document;
}

function keyOf({ kind, id }: ConfigurationDocument): string {
  return `${kind} ${id}`;
}
