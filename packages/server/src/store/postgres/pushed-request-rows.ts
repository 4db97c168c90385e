import type { PushedRequestStore } from '../../authorization/pushed-request-store.js';
import { buildPushedRequest } from '../rows.js';
import type { Connections, Statement } from './connections.js';

const COLUMNS = 'handle_hash, client_id, sealed_parameters, expires_at, kept_until, used_at, used_by';
const KEEP: Statement = {
  name: 'keep-pushed-request',
  text: `INSERT INTO pushed_requests (${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
};
const OPEN: Statement = {
  name: 'open-pushed-request',
  text: `UPDATE pushed_requests SET kept_until = greatest(kept_until, $3::bigint)
    WHERE handle_hash = $1 AND kept_until > $2 RETURNING ${COLUMNS}`,
};
const USE: Statement = {
  name: 'use-pushed-request',
  text: 'UPDATE pushed_requests SET used_at = $2, used_by = $3 WHERE handle_hash = $1 AND used_at IS NULL',
};

/** One row for each pushed authorization request. @see RFC 9126 */
export function pushedRequestRows({ run }: Connections): PushedRequestStore {
  return {
    keepPushedRequest: async ({
      handleHash,
      clientId,
      sealedParameters,
      expiresAt,
      keptUntil,
      usedAt,
      usedBy,
    }) => {
      await run(KEEP, [handleHash, clientId, sealedParameters, expiresAt, keptUntil, usedAt, usedBy]);
    },
    openPushedRequest: async ({ handleHash, now, keptUntil }) => {
      const row = (await run(OPEN, [handleHash, now, keptUntil])).rows[0];
      return row === undefined ? null : buildPushedRequest(row);
    },
    usePushedRequest: async ({ handleHash, interactionId, now }) => {
      const { changes } = await run(USE, [handleHash, now, interactionId]);
      return changes === 0 ? 'used' : 'first';
    },
  };
}
