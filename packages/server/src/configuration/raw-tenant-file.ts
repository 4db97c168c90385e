import { type Place, type RawEntry, textOf } from './parse-entry.js';

/** The sections of a tenant file as they were written, for checks that look at several entries. */
export interface RawTenantFile {
  readonly tenant: RawEntry;
  readonly clients: readonly RawEntry[];
  readonly resourceServers: readonly RawEntry[];
  readonly clientGrants: readonly RawEntry[];
  readonly databases: readonly RawEntry[];
  readonly users: readonly RawEntry[];
}

/** The sections of a tenant file that are lists, in the order in which they are read and reported. */
export const LISTS = ['clients', 'resourceServers', 'clientGrants', 'databases', 'users'] as const;

/** The name of a section that is a list. */
export type ListName = (typeof LISTS)[number];

/** What an entry of a list is called, and by which fields, first the better one. */
const NAMES: Readonly<Record<ListName, { readonly noun: string; readonly fields: readonly string[] }>> = {
  clients: { noun: 'client', fields: ['name', 'client_id'] },
  resourceServers: { noun: 'API', fields: ['identifier', 'name'] },
  clientGrants: { noun: 'client grant of', fields: ['client_id'] },
  databases: { noun: 'database', fields: ['name'] },
  users: { noun: 'user', fields: ['email', 'username', 'user_id'] },
};

/** The place of an entry of a list, with the name a person knows it by. */
export function placeOf(list: ListName, raw: unknown, index: number): Place {
  const { noun, fields } = NAMES[list];
  const entry = isGroup(raw) ? raw : {};
  const name = fields.map((field) => textOf(entry, field)).find((text) => text !== null);
  return { path: [list, index], subject: name === undefined ? null : `${noun} ${JSON.stringify(name)}` };
}

/** Entries that are no groups keep their position as empty ones: the schema reports them. */
export function rawFileOf(sections: RawEntry): RawTenantFile {
  const entriesOf = (name: ListName): readonly RawEntry[] => {
    const list = sections[name];
    return Array.isArray(list) ? list.map((item) => (isGroup(item) ? item : {})) : [];
  };
  return {
    tenant: isGroup(sections.tenant) ? sections.tenant : {},
    clients: entriesOf('clients'),
    resourceServers: entriesOf('resourceServers'),
    clientGrants: entriesOf('clientGrants'),
    databases: entriesOf('databases'),
    users: entriesOf('users'),
  };
}

/** Whether a value of the file holds fields: neither a list nor a bare value. */
export function isGroup(value: unknown): value is RawEntry {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
