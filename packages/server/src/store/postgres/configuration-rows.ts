import type { ConfigurationDocument } from '../../configuration/configuration.js';
import type { StoredSigningKey } from '../../keys/key-store.js';
import {
  buildChange,
  buildDocument,
  buildSigningKey,
  CHANGES_AT_ONCE,
  isFarBehind,
  isRegistration,
  type Row,
} from '../rows.js';
import type { Store } from '../store.js';
import { advanceConfiguration, type KnownVersion } from './configuration-version.js';
import { type Connections, type Run, type Statement, Undone } from './connections.js';
import { insertEvents } from './event-rows.js';
import { lockConfiguration } from './locks.js';

type ConfigurationRows = Pick<
  Store,
  | 'findConfiguration'
  | 'findConfigurationChanges'
  | 'saveConfiguration'
  | 'deleteConfiguration'
  | 'adoptSealedValue'
  | 'replaceSealedValue'
  | 'adoptSecretChecks'
  | 'adoptSigningKeys'
  | 'rotateSigningKey'
  | 'deleteRetiredSigningKey'
>;

const FIND: Statement = {
  name: 'find-configuration',
  text: `SELECT version, kind, id, document FROM configuration_version
    LEFT JOIN configuration ON document <> 'null' ORDER BY kind, id`,
};
const FIND_CHANGES: Statement = {
  name: 'find-configuration-changes',
  // Limited where the index is read: without it, a planner that knows no bound reads the whole table.
  text: `SELECT version, kind, id, document FROM configuration_version LEFT JOIN LATERAL (
      SELECT kind, id, document FROM configuration WHERE changed_in > $1 ORDER BY changed_in LIMIT ${CHANGES_AT_ONCE + 1}
    ) AS changed ON true`,
};
const UPSERT: Statement = {
  name: 'save-configuration',
  // A tenant's thousands of entries in one round trip.
  text: `INSERT INTO configuration (kind, id, document, changed_in)
    SELECT kind, id, document, $4 FROM unnest($1::text[], $2::text[], $3::text[]) AS written (kind, id, document)
    ON CONFLICT (kind, id) DO UPDATE SET document = excluded.document, changed_in = excluded.changed_in`,
};
const DELETE: Statement = {
  name: 'delete-configuration',
  text: "UPDATE configuration SET document = 'null', changed_in = $3 WHERE kind = $1 AND id = ANY ($2) AND document <> 'null'",
};
const FORGET_REGISTRATION: Statement = {
  name: 'forget-registration',
  text: 'DELETE FROM registrations WHERE client_id = ANY ($1)',
};
const SEALED_VALUE: Statement = {
  name: 'find-sealed-value',
  text: 'SELECT value FROM sealed_values WHERE name = $1',
};
const INSERT_SEALED_VALUE: Statement = {
  name: 'insert-sealed-value',
  text: 'INSERT INTO sealed_values (name, value) VALUES ($1, $2)',
};
const UPDATE_SEALED_VALUE: Statement = {
  name: 'update-sealed-value',
  text: 'UPDATE sealed_values SET value = $3 WHERE name = $1 AND value = $2',
};
const SECRET_CHECKS: Statement = { name: 'find-secret-checks', text: 'SELECT kid, value FROM secret_checks' };
const INSERT_SECRET_CHECK: Statement = {
  name: 'insert-secret-check',
  text: 'INSERT INTO secret_checks (kid, value) VALUES ($1, $2)',
};
const KEYS: Statement = {
  name: 'find-signing-keys',
  text: `SELECT kid, alg, status, public_jwk, sealed_private_key, created_at, retired_at FROM signing_keys
    ORDER BY created_at, kid`,
};
const INSERT_KEY: Statement = {
  name: 'insert-signing-key',
  text: `INSERT INTO signing_keys (kid, alg, status, public_jwk, sealed_private_key, created_at, retired_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)`,
};
const PROMOTE_NEXT: Statement = {
  name: 'promote-signing-key',
  text: "UPDATE signing_keys SET status = 'current' WHERE kid = $1 AND status = 'next'",
};
const RETIRE_OTHERS: Statement = {
  name: 'retire-signing-keys',
  text: `UPDATE signing_keys SET status = 'retired', retired_at = $3
    WHERE alg = $2 AND status = 'current' AND kid <> $1`,
};
const DELETE_RETIRED: Statement = {
  name: 'delete-signing-key',
  text: "DELETE FROM signing_keys WHERE kid = $1 AND status = 'retired'",
};

/** All of it is changed under one lock: changes are rare, and each is judged by what it finds. */
export function configurationRows(
  { run, transaction }: Connections,
  knownVersion: KnownVersion,
): ConfigurationRows {
  const alone = <T>(work: (within: Run) => Promise<T | Undone<T>>): Promise<T> =>
    transaction(async (within) => {
      await lockConfiguration(within);
      return work(within);
    });

  return {
    findConfiguration: async () => (await run(FIND)).rows.filter(isEntry).map(buildDocument),
    findConfigurationChanges: async (since) => {
      const few = since === null ? null : (await run(FIND_CHANGES, [since])).rows;
      const isWhole = few === null || few.length > CHANGES_AT_ONCE || isFarBehind(since, versionOf(few));
      const rows = isWhole ? (await run(FIND)).rows : few;
      const version = versionOf(rows);
      knownVersion.set(version);
      return { version, isWhole, changes: rows.filter(isEntry).map(buildChange) };
    },
    saveConfiguration: (documents, events) =>
      alone(async (within) => {
        const version = await advanceConfiguration(within);
        await writeDocuments(within, documents, version);
        // An entry that the tenant wrote is the tenant's from then on.
        const own = documents.filter((document) => document.kind === 'client' && !isRegistration(document));
        await within(FORGET_REGISTRATION, [own.map(({ id }) => id)]);
        await insertEvents(within, events);
      }),
    deleteConfiguration: ({ kind, id, events }) =>
      alone(async (within) => {
        const version = await advanceConfiguration(within);
        if ((await eraseDocuments(within, kind, [id], version)) === 0) return new Undone('unknown' as const);
        if (kind === 'client') await within(FORGET_REGISTRATION, [[id]]);
        await insertEvents(within, events);
        return 'deleted';
      }),
    adoptSealedValue: (name, candidate) =>
      alone(async (within) => {
        const { rows } = await within(SEALED_VALUE, [name]);
        if (rows[0] !== undefined) return rows[0].value as string;
        await within(INSERT_SEALED_VALUE, [name, candidate]);
        return candidate;
      }),
    replaceSealedValue: async ({ name, from, to }) =>
      (await run(UPDATE_SEALED_VALUE, [name, from, to])).changes === 0 ? 'different' : 'replaced',
    adoptSecretChecks: (checks) =>
      alone(async (within) => {
        const { rows } = await within(SECRET_CHECKS);
        const known = new Map(rows.map(({ kid, value }) => [kid as string, value as string]));
        if (known.size > 0 && ![...checks.keys()].some((kid) => known.has(kid))) return known;
        for (const [kid, check] of checks) {
          if (known.has(kid)) continue;
          await within(INSERT_SECRET_CHECK, [kid, check]);
          known.set(kid, check);
        }
        return known;
      }),
    adoptSigningKeys: (candidates) =>
      alone(async (within) => {
        const { rows } = await within(KEYS);
        const lacking = candidates.filter(({ alg }) => !rows.some((key) => key.alg === alg));
        if (lacking.length === 0) return rows.map(buildSigningKey);
        for (const key of lacking) await insertKey(within, key);
        await advanceConfiguration(within);
        return (await within(KEYS)).rows.map(buildSigningKey);
      }),
    rotateSigningKey: ({ nextKid, successor, now, events }) =>
      alone(async (within) => {
        if ((await within(PROMOTE_NEXT, [nextKid])).changes === 0) return 'changed';
        await within(RETIRE_OTHERS, [nextKid, successor.alg, now]);
        await insertKey(within, successor);
        await insertEvents(within, events);
        await advanceConfiguration(within);
        return 'rotated';
      }),
    deleteRetiredSigningKey: (kid, events) =>
      alone(async (within) => {
        if ((await within(DELETE_RETIRED, [kid])).changes === 0) return 'not-retired';
        await insertEvents(within, events);
        await advanceConfiguration(within);
        return 'deleted';
      }),
  };
}

async function insertKey(run: Run, key: StoredSigningKey): Promise<void> {
  const { kid, alg, status, publicJwk, sealedPrivateKey, createdAt, retiredAt } = key;
  await run(INSERT_KEY, [
    kid,
    alg,
    status,
    JSON.stringify(publicJwk),
    sealedPrivateKey,
    createdAt,
    retiredAt,
  ]);
}

/** A row without an entry holds the version alone. */
function isEntry({ kind }: Row): boolean {
  return kind !== null;
}

function versionOf(rows: readonly Row[]): number {
  return rows[0]?.version as number;
}

/** Writes entries as part of a change, under the lock of the configuration. */
export async function writeDocuments(
  run: Run,
  written: readonly ConfigurationDocument[],
  version: number,
): Promise<void> {
  // Each entry once: the last of two with one id is what holds.
  const entries = [...new Map(written.map((entry) => [`${entry.kind} ${entry.id}`, entry])).values()];
  await run(UPSERT, [
    entries.map(({ kind }) => kind),
    entries.map(({ id }) => id),
    entries.map(({ document }) => JSON.stringify(document)),
    version,
  ]);
}

/** @returns how many entries went. */
export async function eraseDocuments(
  run: Run,
  kind: ConfigurationDocument['kind'],
  ids: readonly string[],
  version: number,
): Promise<number> {
  return (await run(DELETE, [kind, ids, version])).changes;
}
