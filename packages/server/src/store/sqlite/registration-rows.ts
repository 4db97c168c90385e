import { buildDocument } from '../rows.js';
import type { Store } from '../store.js';
import type { ConfigurationWrites } from './configuration-rows.js';
import type { Database } from './database.js';
import type { InsertEvents } from './event-rows.js';
import type { Write } from './group-commit.js';

type RegistrationRows = Pick<
  Store,
  | 'registerClient'
  | 'findRegistration'
  | 'replaceRegistration'
  | 'deleteRegistration'
  | 'deleteUnusedRegistrations'
  | 'useRegisteredClient'
>;

/** Clients that registered themselves in SQLite. */
export function registrationRows(
  db: Database,
  write: Write,
  insertEvents: InsertEvents,
  { advance, writeDocument, eraseDocument }: ConfigurationWrites,
): RegistrationRows {
  const count = db.prepare('SELECT count(*) AS registered FROM registrations');
  const insert = db.prepare(
    'INSERT INTO registrations (client_id, token_hash, registered_at, used) VALUES (?, ?, ?, 0)',
  );
  const find = db.prepare(
    `SELECT kind, id, document FROM registrations JOIN configuration ON kind = 'client' AND id = client_id
     WHERE client_id = ? AND token_hash = ?`,
  );
  const isThere = db.prepare('SELECT 1 FROM registrations WHERE client_id = ? AND token_hash = ?');
  const remove = db.prepare('DELETE FROM registrations WHERE client_id = ? AND token_hash = ?');
  const removeUnused = db.prepare(
    `DELETE FROM registrations WHERE client_id IN (
       SELECT client_id FROM registrations WHERE used = 0 AND registered_at < ? ORDER BY registered_at LIMIT ?)
     RETURNING client_id`,
  );
  const use = db.prepare('UPDATE registrations SET used = 1 WHERE client_id = ?');

  return {
    registerClient: ({ document, tokenHash, registeredAt, atMost, events }) =>
      write(() => {
        if ((count.get()?.registered as number) >= atMost) return 'most-clients';
        insert.run(document.id, tokenHash, registeredAt);
        writeDocument(document, advance());
        insertEvents(events);
        return 'registered';
      }),
    findRegistration: async (clientId, tokenHash) => {
      const row = find.get(clientId, tokenHash);
      return row === undefined ? null : buildDocument(row);
    },
    replaceRegistration: ({ document, tokenHash, events }) =>
      write(() => {
        if (isThere.get(document.id, tokenHash) === undefined) return 'unknown';
        writeDocument(document, advance());
        insertEvents(events);
        return 'replaced';
      }),
    deleteRegistration: ({ clientId, tokenHash, events }) =>
      write(() => {
        if (remove.run(clientId, tokenHash).changes === 0) return 'unknown';
        eraseDocument({ kind: 'client', id: clientId }, advance());
        insertEvents(events);
        return 'deleted';
      }),
    deleteUnusedRegistrations: ({ registeredBefore, atMost }) =>
      write(() => {
        const gone = removeUnused.all(registeredBefore, atMost).map((row) => row.client_id as string);
        if (gone.length === 0) return gone;
        const version = advance();
        for (const id of gone) eraseDocument({ kind: 'client', id }, version);
        return gone;
      }),
    useRegisteredClient: (clientId) => write(() => (use.run(clientId).changes === 0 ? 'unknown' : 'used')),
  };
}
