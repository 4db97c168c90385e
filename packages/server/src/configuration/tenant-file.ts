import { type ClientEntry, clientEntry } from './client-entry.js';
import type { ConfigurationDocument } from './configuration.js';
import { problemAt, type RawEntry, textOf } from './parse-entry.js';
import { parsePlainValue } from './plain-value.js';
import type { Problem } from './problem.js';
import { isGroup, LISTS, rawFileOf } from './raw-tenant-file.js';
import {
  type ClientGrantEntry,
  clientGrantEntry,
  type ResourceServerEntry,
  resourceServerEntry,
} from './resource-server-entry.js';
import { SectionReader } from './section-reader.js';
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

/** A tenant file that can be loaded, or everything that is wrong with it. Warnings come with both. */
export type TenantFileOutcome =
  | { readonly ok: true; readonly tenant: TenantFile; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly problems: readonly Problem[]; readonly warnings: readonly string[] };

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
  const reader = new SectionReader(sections);
  const tenant = reader.group('tenant', tenantEntry);
  const branding = reader.group('branding', brandingEntry);
  const clients = reader.list('clients', clientEntry);
  const resourceServers = reader.list('resourceServers', resourceServerEntry);
  const clientGrants = reader.list('clientGrants', clientGrantEntry);
  const databases = reader.list('databases', databaseEntry);
  const users = reader.list('users', userEntry);

  const raw = rawFileOf(sections);
  const problems = [
    ...plain.problems,
    ...reader.problems,
    ...findNameProblems(raw),
    ...findClientProblems(raw.clients),
    ...findUserProblems(raw.users),
    ...findReferenceProblems(raw, stored),
  ];
  const warnings = [
    ...findSectionWarnings(sections),
    ...reader.unknownFieldWarnings(),
    ...findClientWarnings(raw.clients),
    ...raw.resourceServers
      .filter((api) => textOf(api, 'token_dialect')?.endsWith('_authz'))
      .map(
        (api) =>
          `API ${JSON.stringify(api.identifier)}: token_dialect ${JSON.stringify(api.token_dialect)} would put permissions of roles into tokens; it is taken without them.`,
      ),
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
  const known: readonly string[] = ['tenant', 'branding', ...LISTS];
  return Object.keys(sections)
    .filter((name) => !known.includes(name))
    .map((name) =>
      SECTIONS_OF_AUTH0.has(name)
        ? `${name}: this section is not served yet and was left out.`
        : `${name}: no such section; it was left out.`,
    );
}
