import type { StoredSigningKey } from '../../keys/key-store.js';
import { buildDocument, buildSigningKey } from '../rows.js';
import type { Store } from '../store.js';
import type { Database } from './database.js';
import type { InsertEvents } from './event-rows.js';
import type { Write } from './group-commit.js';

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

/** Configuration, sealed values and signing keys in SQLite. */
export function configurationRows(db: Database, write: Write, insertEvents: InsertEvents): ConfigurationRows {
  const all = db.prepare('SELECT kind, id, document FROM configuration ORDER BY kind, id');
  const upsert = db.prepare(
    `INSERT INTO configuration (kind, id, document) VALUES (?, ?, ?)
     ON CONFLICT (kind, id) DO UPDATE SET document = excluded.document`,
  );
  const remove = db.prepare('DELETE FROM configuration WHERE kind = ? AND id = ?');
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
    saveConfiguration: (documents, events) =>
      write(() => {
        for (const { kind, id, document } of documents) upsert.run(kind, id, JSON.stringify(document));
        insertEvents(events);
      }),
    deleteConfiguration: ({ kind, id, events }) =>
      write(() => {
        if (remove.run(kind, id).changes === 0) return 'unknown';
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
        if (found.length > 0) return found;
        for (const key of candidates) insert(key);
        return [...candidates];
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
