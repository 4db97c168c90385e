import type { PushedRequestStore } from '../../authorization/pushed-request-store.js';
import { buildPushedRequest } from '../rows.js';
import type { Database } from './database.js';
import type { Write } from './group-commit.js';

/** One row for each pushed authorization request. @see RFC 9126 */
export function pushedRequestRows(db: Database, write: Write): PushedRequestStore {
  const keep = db.prepare(
    `INSERT INTO pushed_requests (handle_hash, client_id, sealed_parameters, expires_at, kept_until, used_at, used_by)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const open = db.prepare(
    `UPDATE pushed_requests SET kept_until = max(kept_until, ?) WHERE handle_hash = ? AND kept_until > ? RETURNING *`,
  );
  const use = db.prepare(
    'UPDATE pushed_requests SET used_at = ?, used_by = ? WHERE handle_hash = ? AND used_at IS NULL',
  );
  return {
    keepPushedRequest: ({ handleHash, clientId, sealedParameters, expiresAt, keptUntil, usedAt, usedBy }) =>
      write(() => {
        keep.run(handleHash, clientId, sealedParameters, expiresAt, keptUntil, usedAt, usedBy);
      }),
    openPushedRequest: ({ handleHash, now, keptUntil }) =>
      write(() => {
        const row = open.get(keptUntil, handleHash, now);
        return row === undefined ? null : buildPushedRequest(row);
      }),
    usePushedRequest: ({ handleHash, interactionId, now }) =>
      write(() => (use.run(now, interactionId, handleHash).changes === 0 ? 'used' : 'first')),
  };
}
