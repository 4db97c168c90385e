import { buildInteraction, buildPostedRequest } from '../rows.js';
import type { Store } from '../store.js';
import type { Database } from './database.js';
import type { Write } from './group-commit.js';

type InteractionRows = Pick<
  Store,
  | 'startInteraction'
  | 'findInteraction'
  | 'recordInteractionProgress'
  | 'finishInteraction'
  | 'keepPostedRequest'
  | 'findPostedRequest'
>;

/** Interactions and posted requests in SQLite. */
export function interactionRows(db: Database, write: Write): InteractionRows {
  const insert = db.prepare(
    `INSERT INTO interactions (id, browser_hash, request, started_at, expires_at, authenticated_sid, selected_sid,
       wants_another_account, consented_sid, consent_denied, finished_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const deleteOldest = db.prepare(
    `DELETE FROM interactions WHERE browser_hash = ? AND id NOT IN
       (SELECT id FROM interactions WHERE browser_hash = ? ORDER BY started_at DESC, rowid DESC LIMIT ?)`,
  );
  const byId = db.prepare('SELECT * FROM interactions WHERE id = ?');
  const record = db.prepare(
    `UPDATE interactions SET authenticated_sid = ?, selected_sid = ?, wants_another_account = ?, consented_sid = ?, consent_denied = ?
     WHERE id = ? AND finished_at IS NULL`,
  );
  const finish = db.prepare('UPDATE interactions SET finished_at = ? WHERE id = ? AND finished_at IS NULL');
  const keep = db.prepare(
    'INSERT INTO posted_requests (handle_hash, path, sealed_body, expires_at) VALUES (?, ?, ?, ?)',
  );
  const posted = db.prepare('SELECT * FROM posted_requests WHERE handle_hash = ? AND expires_at > ?');

  return {
    startInteraction: (interaction, atMost) =>
      write(() => {
        const { progress } = interaction;
        insert.run(
          interaction.id,
          interaction.browserHash,
          JSON.stringify(interaction.request),
          interaction.startedAt,
          interaction.expiresAt,
          progress.authenticatedSid,
          progress.selectedSid,
          Number(progress.wantsAnotherAccount),
          progress.consentedSid,
          Number(progress.consentDenied),
          interaction.finishedAt,
        );
        deleteOldest.run(interaction.browserHash, interaction.browserHash, atMost);
      }),
    findInteraction: async (id) => {
      const row = byId.get(id);
      return row === undefined ? null : buildInteraction(row);
    },
    recordInteractionProgress: (id, progress) =>
      write(() => {
        const { changes } = record.run(
          progress.authenticatedSid,
          progress.selectedSid,
          Number(progress.wantsAnotherAccount),
          progress.consentedSid,
          Number(progress.consentDenied),
          id,
        );
        return changes === 0 ? 'unknown' : 'recorded';
      }),
    finishInteraction: (id, now) =>
      write(() => {
        finish.run(now, id);
      }),
    keepPostedRequest: ({ handleHash, path, sealedBody, expiresAt }) =>
      write(() => {
        keep.run(handleHash, path, sealedBody, expiresAt);
      }),
    findPostedRequest: async (handleHash, now) => {
      const row = posted.get(handleHash, now);
      return row === undefined ? null : buildPostedRequest(row);
    },
  };
}
