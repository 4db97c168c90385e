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
    `INSERT INTO interactions (id, browser_hash, browser_generation, request, started_at, expires_at, authenticated_sid,
       selected_sid, wants_another_account, consented_sid, consent_denied, finished_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const count = db.prepare('SELECT count(*) AS found FROM interactions WHERE browser_hash = ?');
  // Those that are finished, then those that began closest to another, but not the one that begins now.
  const deleteCrowded = db.prepare(
    `DELETE FROM interactions WHERE id IN
       (SELECT id FROM
          (SELECT id, finished_at, started_at, rowid AS number,
             min(coalesce(started_at - lag(started_at) OVER begun, expires_at),
               coalesce(lead(started_at) OVER begun - started_at, expires_at)) AS gap
           FROM interactions WHERE browser_hash = ? WINDOW begun AS (ORDER BY started_at, rowid))
        WHERE id <> ? ORDER BY finished_at IS NULL, gap, started_at, number LIMIT ?)`,
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
          interaction.browserGeneration,
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
        const found = count.get(interaction.browserHash)?.found as number;
        if (found > atMost) deleteCrowded.run(interaction.browserHash, interaction.id, found - atMost);
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
      write(() => (finish.run(now, id).changes === 0 ? 'already-finished' : 'finished')),
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
