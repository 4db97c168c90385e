import { buildInteraction, buildPostedRequest } from '../rows.js';
import type { Store } from '../store.js';
import type { Connections, Statement } from './connections.js';
import { lockKeys } from './locks.js';

type InteractionRows = Pick<
  Store,
  | 'startInteraction'
  | 'findInteraction'
  | 'recordInteractionProgress'
  | 'finishInteraction'
  | 'keepPostedRequest'
  | 'findPostedRequest'
>;

const COLUMNS = `id, browser_hash, browser_generation, request, started_at, expires_at, authenticated_sid, selected_sid,
  wants_another_account, consented_sid, consent_denied, finished_at`;

const START: Statement = {
  name: 'start-interaction',
  text: `INSERT INTO interactions (${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
};
/** Those that are finished, then those that began closest to another, but not the one that begins now. */
const DELETE_CROWDED: Statement = {
  name: 'delete-crowded-interactions',
  text: `DELETE FROM interactions WHERE id IN
    (SELECT id FROM
       (SELECT id, finished_at, started_at, number,
          least(started_at - lag(started_at) OVER begun, lead(started_at) OVER begun - started_at) AS gap
        FROM interactions WHERE browser_hash = $1 WINDOW begun AS (ORDER BY started_at, number)) AS kept
     WHERE id <> $2 ORDER BY finished_at IS NULL, gap, started_at, number
     LIMIT (SELECT greatest(count(*) - $3::bigint, 0) FROM interactions WHERE browser_hash = $1))`,
};
const FIND: Statement = {
  name: 'find-interaction',
  text: `SELECT ${COLUMNS} FROM interactions WHERE id = $1`,
};
const RECORD: Statement = {
  name: 'record-interaction-progress',
  text: `UPDATE interactions SET authenticated_sid = $2, selected_sid = $3, wants_another_account = $4,
      consented_sid = $5, consent_denied = $6 WHERE id = $1 AND finished_at IS NULL`,
};
const FINISH: Statement = {
  name: 'finish-interaction',
  text: 'UPDATE interactions SET finished_at = $2 WHERE id = $1 AND finished_at IS NULL',
};
const KEEP: Statement = {
  name: 'keep-posted-request',
  text: 'INSERT INTO posted_requests (handle_hash, path, sealed_body, expires_at) VALUES ($1, $2, $3, $4)',
};
const FIND_POSTED: Statement = {
  name: 'find-posted-request',
  text: `SELECT handle_hash, path, sealed_body, expires_at FROM posted_requests
    WHERE handle_hash = $1 AND expires_at > $2`,
};

/** Interactions and posted requests in PostgreSQL. */
export function interactionRows({ run, transaction }: Connections): InteractionRows {
  return {
    startInteraction: (interaction, atMost) =>
      transaction(async (within) => {
        const { progress } = interaction;
        await lockKeys(within, [`interactions ${interaction.browserHash}`]);
        await within(START, [
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
        ]);
        await within(DELETE_CROWDED, [interaction.browserHash, interaction.id, atMost]);
      }),
    findInteraction: async (id) => {
      const row = (await run(FIND, [id])).rows[0];
      return row === undefined ? null : buildInteraction(row);
    },
    recordInteractionProgress: async (id, progress) => {
      const { changes } = await run(RECORD, [
        id,
        progress.authenticatedSid,
        progress.selectedSid,
        Number(progress.wantsAnotherAccount),
        progress.consentedSid,
        Number(progress.consentDenied),
      ]);
      return changes === 0 ? 'unknown' : 'recorded';
    },
    finishInteraction: async (id, now) =>
      (await run(FINISH, [id, now])).changes === 0 ? 'already-finished' : 'finished',
    keepPostedRequest: async ({ handleHash, path, sealedBody, expiresAt }) => {
      await run(KEEP, [handleHash, path, sealedBody, expiresAt]);
    },
    findPostedRequest: async (handleHash, now) => {
      const row = (await run(FIND_POSTED, [handleHash, now])).rows[0];
      return row === undefined ? null : buildPostedRequest(row);
    },
  };
}
