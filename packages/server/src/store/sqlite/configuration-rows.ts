import type { ConfigurationDocument } from '../../configuration/configuration.js';
import type { StoredSigningKey } from '../../keys/key-store.js';
import {
  buildChange,
  buildDocument,
  buildSigningKey,
  CHANGES_AT_ONCE,
  isFarBehind,
  isRegistration,
} from '../rows.js';
import type { Store } from '../store.js';
import type { Database } from './database.js';
import type { InsertEvents } from './event-rows.js';
import type { Write } from './group-commit.js';

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

/** How a change writes entries, as a part of it. */
export interface ConfigurationWrites {
  /** @returns the version that the change is part of. */
  advance(): number;
  writeDocument(document: ConfigurationDocument, version: number): void;
  /** @returns whether it was there. */
  eraseDocument(entry: Pick<ConfigurationDocument, 'kind' | 'id'>, version: number): boolean;
}

/** The writes of the configuration in SQLite, for changes of more than one table. */
export function configurationWrites(db: Database): ConfigurationWrites {
  const advance = db.prepare('UPDATE configuration_version SET version = version + 1 RETURNING version');
  const upsert = db.prepare(
    `INSERT INTO configuration (kind, id, document, changed_in) VALUES (?, ?, ?, ?)
     ON CONFLICT (kind, id) DO UPDATE SET document = excluded.document, changed_in = excluded.changed_in`,
  );
  const erase = db.prepare(
    "UPDATE configuration SET document = 'null', changed_in = ? WHERE kind = ? AND id = ? AND document <> 'null'",
  );
  return {
    advance: () => advance.get()?.version as number,
    writeDocument: ({ kind, id, document }, version) => {
      upsert.run(kind, id, JSON.stringify(document), version);
    },
    eraseDocument: ({ kind, id }, version) => erase.run(version, kind, id).changes !== 0,
  };
}

/** Configuration, sealed values and signing keys in SQLite. */
export function configurationRows(
  db: Database,
  write: Write,
  insertEvents: InsertEvents,
  { advance, writeDocument, eraseDocument }: ConfigurationWrites,
): ConfigurationRows {
  const all = db.prepare(
    "SELECT kind, id, document FROM configuration WHERE document <> 'null' ORDER BY kind, id",
  );
  const changed = db.prepare(
    `SELECT kind, id, document FROM configuration WHERE changed_in > ? ORDER BY changed_in LIMIT ${CHANGES_AT_ONCE + 1}`,
  );
  const currentVersion = db.prepare('SELECT version FROM configuration_version');
  const forgetRegistration = db.prepare('DELETE FROM registrations WHERE client_id = ?');
  const sealedValue = db.prepare('SELECT value FROM sealed_values WHERE name = ?');
  const insertSealedValue = db.prepare('INSERT INTO sealed_values (name, value) VALUES (?, ?)');
  const updateSealedValue = db.prepare('UPDATE sealed_values SET value = ? WHERE name = ? AND value = ?');
  const secretChecks = db.prepare('SELECT kid, value FROM secret_checks');
  const insertSecretCheck = db.prepare('INSERT INTO secret_checks (kid, value) VALUES (?, ?)');
  const keys = db.prepare('SELECT * FROM signing_keys ORDER BY created_at, kid');
  const insertKey = db.prepare(
    `INSERT INTO signing_keys (kid, alg, status, public_jwk, sealed_private_key, created_at, retired_at)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const promoteNext = db.prepare(
    "UPDATE signing_keys SET status = 'current' WHERE kid = ? AND status = 'next'",
  );
  const retireOthers = db.prepare(
    "UPDATE signing_keys SET status = 'retired', retired_at = ? WHERE alg = ? AND status = 'current' AND kid <> ?",
  );
  const deleteRetired = db.prepare("DELETE FROM signing_keys WHERE kid = ? AND status = 'retired'");
  const insert = (key: StoredSigningKey) => {
    const { kid, alg, status, publicJwk, sealedPrivateKey, createdAt, retiredAt } = key;
    insertKey.run(kid, alg, status, JSON.stringify(publicJwk), sealedPrivateKey, createdAt, retiredAt);
  };

  return {
    findConfiguration: async () => all.all().map(buildDocument),
    findConfigurationChanges: async (since) => {
      // Nobody writes in between: a reading is one turn, and where a thread writes, a version too low reads more again.
      const version = currentVersion.get()?.version as number;
      const few = since === null || isFarBehind(since, version) ? null : changed.all(since);
      const isWhole = few === null || few.length > CHANGES_AT_ONCE;
      return { version, isWhole, changes: (isWhole ? all.all() : few).map(buildChange) };
    },
    saveConfiguration: (documents, events) =>
      write(() => {
        const version = advance();
        for (const document of documents) {
          writeDocument(document, version);
          // An entry that the tenant wrote is the tenant's from then on.
          if (document.kind === 'client' && !isRegistration(document)) forgetRegistration.run(document.id);
        }
        insertEvents(events);
      }),
    deleteConfiguration: ({ kind, id, events }) =>
      write(() => {
        if (!eraseDocument({ kind, id }, advance())) return 'unknown';
        if (kind === 'client') forgetRegistration.run(id);
        insertEvents(events);
        return 'deleted';
      }),
    adoptSealedValue: (name, candidate) =>
      write(() => {
        const found = sealedValue.get(name)?.value;
        if (typeof found === 'string') return found;
        insertSealedValue.run(name, candidate);
        return candidate;
      }),
    replaceSealedValue: ({ name, from, to }) =>
      write(() => (updateSealedValue.run(to, name, from).changes === 0 ? 'different' : 'replaced')),
    adoptSecretChecks: (checks) =>
      write(() => {
        const known = new Map(secretChecks.all().map(({ kid, value }) => [kid as string, value as string]));
        if (known.size > 0 && ![...checks.keys()].some((kid) => known.has(kid))) return known;
        for (const [kid, check] of checks) {
          if (known.has(kid)) continue;
          insertSecretCheck.run(kid, check);
          known.set(kid, check);
        }
        return known;
      }),
    adoptSigningKeys: (candidates) =>
      write(() => {
        const found = keys.all().map(buildSigningKey);
        const lacking = candidates.filter(({ alg }) => !found.some((key) => key.alg === alg));
        if (lacking.length === 0) return found;
        for (const key of lacking) insert(key);
        return keys.all().map(buildSigningKey);
      }),
    rotateSigningKey: ({ nextKid, successor, now, events }) =>
      write(() => {
        if (promoteNext.run(nextKid).changes === 0) return 'changed';
        retireOthers.run(now, successor.alg, nextKid);
        insert(successor);
        insertEvents(events);
        return 'rotated';
      }),
    deleteRetiredSigningKey: (kid, events) =>
      write(() => {
        if (deleteRetired.run(kid).changes === 0) return 'not-retired';
        insertEvents(events);
        return 'deleted';
      }),
  };
}
