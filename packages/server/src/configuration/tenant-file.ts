import type { z } from 'zod';
import { type ClientEntry, clientEntry } from './client-entry.js';
import type { ConfigurationDocument } from './configuration.js';
import { type Place, parseEntry, problemAt, type RawEntry, textOf } from './parse-entry.js';
import { parsePlainValue } from './plain-value.js';
import type { Problem } from './problem.js';
import { isGroup, LISTS, type ListName, placeOf, rawFileOf } from './raw-tenant-file.js';
import {
  type ClientGrantEntry,
  clientGrantEntry,
  type ResourceServerEntry,
  resourceServerEntry,
} from './resource-server-entry.js';
import {
  type BrandingEntry,
  brandingEntry,
  type DatabaseEntry,
  databaseEntry,
  type TenantEntry,
  tenantEntry,
} from './tenant-entry.js';
import { findClientProblems, findClientWarnings } from './tenant-file-client-checks.js';
import { findNameProblems } from './tenant-file-name-checks.js';
import { findReferenceProblems, isManagementGrant } from './tenant-file-reference-checks.js';
import { findUserProblems } from './tenant-file-user-checks.js';
import { type UserEntry, userEntry } from './user-entry.js';

/** A tenant file whose every entry is good, in the shape of Auth0's deploy tool. */
export interface TenantFile {
  readonly tenant?: TenantEntry;
  readonly branding?: BrandingEntry;
  readonly clients: readonly ClientEntry[];
  readonly resourceServers: readonly ResourceServerEntry[];
  readonly clientGrants: readonly ClientGrantEntry[];
  readonly databases: readonly DatabaseEntry[];
  readonly users: readonly UserEntry[];
}

export type TenantFileOutcome =
  | { readonly ok: true; readonly tenant: TenantFile; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly problems: readonly Problem[]; readonly warnings: readonly string[] };

const GROUPS = ['tenant', 'branding'] as const;

/** Sections of Auth0's deploy tool that Sojourn does not serve yet. */
const SECTIONS_OF_AUTH0 = new Set(
  `actions attackProtection clientGrantsDefaults connectionProfiles connections customDomains emailProvider
  emailTemplates flows flowVaultConnections forms guardianFactors guardianFactorProviders guardianFactorTemplates
  guardianPhoneFactorMessageTypes guardianPhoneFactorSelectedProvider guardianPolicies hooks logStreams migrations
  networkACLs organizations pages phoneProviders prompts riskAssessments riskAssessment roles rules rulesConfigs
  selfServiceProfiles themes triggers userAttributeProfiles tokenExchangeProfiles`.split(/\s+/),
);

/**
 * Reads a tenant file that was parsed as YAML or JSON. Pure: it looks at nothing but its arguments.
 *
 * @param value The file's content.
 * @param stored What the store holds already; clients, APIs and databases may be named that only it has.
 * @returns All mistakes at once, or the file with warnings about everything that was left out.
 */
export function parseTenantFile(
  value: unknown,
  stored: readonly ConfigurationDocument[] = [],
): TenantFileOutcome {
  const plain = parsePlainValue(value);
  if (!isGroup(plain.value)) {
    const nowhere = { path: ['the tenant file'], subject: null };
    const expected = 'expected sections such as clients and users';
    return { ok: false, problems: [problemAt(nowhere, [], plain.value, expected)], warnings: [] };
  }
  const sections = plain.value;
  const problems: Problem[] = [...plain.problems];
  const unknownFields = new Map<string, string[]>();
  const readEntry = <T extends z.ZodType>(schema: T, raw: unknown, place: Place): z.output<T> | null => {
    const parsed = parseEntry(schema, raw, place);
    problems.push(...parsed.problems);
    const where = problemAt(place, [], undefined, '').path;
    for (const field of parsed.unknownFields) {
      const key = `${String(place.path[0])} ${field}`;
      unknownFields.set(key, [...(unknownFields.get(key) ?? []), `${where}.${field}`]);
    }
    return parsed.entry;
  };
  const readGroup = <T extends z.ZodType>(name: (typeof GROUPS)[number], schema: T) =>
    sections[name] === undefined ? null : readEntry(schema, sections[name], { path: [name], subject: null });
  const readList = <T extends z.ZodType>(name: ListName, schema: T): z.output<T>[] => {
    const list = sections[name] ?? [];
    if (!Array.isArray(list)) {
      problems.push(problemAt({ path: [name], subject: null }, [], list, 'expected a list'));
      return [];
    }
    return list.flatMap((raw, index) => readEntry(schema, raw, placeOf(name, raw, index)) ?? []);
  };

  const tenant = readGroup('tenant', tenantEntry);
  const branding = readGroup('branding', brandingEntry);
  const clients = readList('clients', clientEntry);
  const resourceServers = readList('resourceServers', resourceServerEntry);
  const clientGrants = readList('clientGrants', clientGrantEntry);
  const databases = readList('databases', databaseEntry);
  const users = readList('users', userEntry);

  const raw = rawFileOf(sections);
  problems.push(
    ...findNameProblems(raw),
    ...findClientProblems(raw.clients),
    ...findUserProblems(raw.users),
    ...findReferenceProblems(raw, stored),
  );
  const warnings = [
    ...findSectionWarnings(sections),
    ...[...unknownFields.values()].map(unknownFieldWarning),
    ...findClientWarnings(raw.clients),
    ...raw.clientGrants
      .filter((grant) => isManagementGrant(grant, raw, stored))
      .map(
        (grant) =>
          `client grant of "${textOf(grant, 'client_id')}": Auth0's management API is not here; left out.`,
      ),
  ];
  if (problems.length > 0) return { ok: false, problems, warnings };
  return {
    ok: true,
    tenant: {
      ...(tenant === null ? {} : { tenant }),
      ...(branding === null ? {} : { branding }),
      clients,
      resourceServers,
      clientGrants: clientGrants.filter((grant) => !isManagementGrant(grant, raw, stored)),
      databases,
      users,
    },
    warnings,
  };
}

function findSectionWarnings(sections: RawEntry): string[] {
  const known: readonly string[] = [...GROUPS, ...LISTS];
  return Object.keys(sections)
    .filter((name) => !known.includes(name))
    .map((name) =>
      SECTIONS_OF_AUTH0.has(name)
        ? `${name}: this section is not served yet and was left out.`
        : `${name}: no such section; it was left out.`,
    );
}

/** One line for a field that many entries have, because an export repeats it in each. */
function unknownFieldWarning(paths: readonly string[]): string {
  const others = paths.length - 1;
  const also = others === 0 ? '' : ` (also in ${others} other ${others === 1 ? 'entry' : 'entries'})`;
  return `${paths[0]}: no such field; it was left out${also}.`;
}
