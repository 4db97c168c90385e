import type { StoredSigningKey } from '../../keys/key-store.js';
import { buildDocument, buildSigningKey } from '../rows.js';
import type { Store } from '../store.js';
import { advanceConfiguration, type KnownVersion } from './configuration-version.js';
import type { Connections, Run, Statement } from './connections.js';
import { insertEvents } from './event-rows.js';
import { lockConfiguration } from './locks.js';

type ConfigurationRows = Pick<
  Store,
  | 'findConfiguration'
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
  text: `SELECT version, kind, id, document FROM configuration_version LEFT JOIN configuration ON true ORDER BY kind, id`,
};
const UPSERT: Statement = {
  name: 'save-configuration',
  text: `INSERT INTO configuration (kind, id, document) VALUES ($1, $2, $3)
    ON CONFLICT (kind, id) DO UPDATE SET document = excluded.document`,
};
const DELETE: Statement = {
  name: 'delete-configuration',
  text: 'DELETE FROM configuration WHERE kind = $1 AND id = $2',
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
  const alone = <T>(work: (within: Run) => Promise<T>): Promise<T> =>
    transaction(async (within) => {
      await lockConfiguration(within);
      return work(within);
    });

  return {
    findConfiguration: async () => {
      const { rows } = await run(FIND);
      knownVersion.set(rows[0]?.version as number);
      return rows.filter(({ kind }) => kind !== null).map(buildDocument);
    },
    saveConfiguration: (documents, events) =>
      alone(async (within) => {
        for (const { kind, id, document } of documents)
          await within(UPSERT, [kind, id, JSON.stringify(document)]);
        await insertEvents(within, events);
        await advanceConfiguration(within);
      }),
    deleteConfiguration: ({ kind, id, events }) =>
      alone(async (within) => {
        if ((await within(DELETE, [kind, id])).changes === 0) return 'unknown';
        await insertEvents(within, events);
        await advanceConfiguration(within);
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
        if (rows.length > 0 || candidates.length === 0) return rows.map(buildSigningKey);
        for (const key of candidates) await insertKey(within, key);
        await advanceConfiguration(within);
        return [...candidates];
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
