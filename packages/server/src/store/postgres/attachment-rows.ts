import type { AuthorizationCode } from '../../authorization/code-store.js';
import { decideAttachmentStep } from '../../session/attachment.js';
import type { Attachment, AttachmentMove } from '../../session/attachment-store.js';
import type { Packed, Row } from '../rows.js';
import type { Store } from '../store.js';
import type { Connections, Run, Statement } from './connections.js';
import { insertEvents } from './event-rows.js';
import { PACKED_SESSION, toSession } from './session-rows.js';

type AttachmentRows = Pick<Store, 'findAttachment' | 'endAttachment' | 'advanceAttachment'>;

const PACKED = `json_build_array(attachments.handle_hash, attachments.sid, client_id, origin, generation, kid, previous_kid,
  moved_at, jkt, attachments.ended_at) AS attachment`;

const FIND: Statement = {
  name: 'find-attachment',
  text: `SELECT ${PACKED}, ${PACKED_SESSION} FROM attachments JOIN sessions ON sessions.sid = attachments.sid
      JOIN users ON users.user_id = sessions.user_id WHERE attachments.handle_hash = $1`,
};
const LOCK_PLACE: Statement = {
  name: 'lock-attachment',
  text: `SELECT ${PACKED} FROM attachments WHERE sid = $1 AND client_id = $2 AND origin = $3 FOR UPDATE`,
};
const PLACE_FIRST: Statement = {
  name: 'place-attachment',
  text: `INSERT INTO attachments (handle_hash, sid, client_id, origin, generation, kid, moved_at, jkt)
    VALUES ($1, $2, $3, $4, 1, $5, $6, $7) ON CONFLICT DO NOTHING`,
};
const REPLACE: Statement = {
  name: 'replace-attachment',
  text: `UPDATE attachments SET handle_hash = $1, generation = 1, kid = $5, previous_kid = NULL, moved_at = $6, jkt = $7,
      ended_at = NULL WHERE sid = $2 AND client_id = $3 AND origin = $4`,
};
/** By an exchange, whose key it is bound to from then on. */
const ADVANCE: Statement = {
  name: 'advance-attachment',
  text: `UPDATE attachments SET generation = $2, previous_kid = kid, kid = $3, moved_at = $4, jkt = $5, ended_at = NULL
    WHERE handle_hash = $1`,
};
const JUMP_AHEAD: Statement = {
  name: 'move-attachment-ahead',
  text: `UPDATE attachments SET generation = $2, previous_kid = kid, kid = $3, moved_at = $4, ended_at = NULL
    WHERE handle_hash = $1`,
};
const REVIVE: Statement = {
  name: 'revive-attachment',
  text: `UPDATE attachments SET generation = $2, previous_kid = NULL, kid = $3, moved_at = $4, jkt = $5, ended_at = NULL
    WHERE handle_hash = $1`,
};
const END: Statement = {
  name: 'end-attachment',
  text: 'UPDATE attachments SET ended_at = $2 WHERE handle_hash = $1 AND ended_at IS NULL',
};

/** Attachments in PostgreSQL; which step an exchange takes is decided on the row that it has locked. */
export function attachmentRows({ run, transaction }: Connections): AttachmentRows {
  return {
    findAttachment: async (handleHash) => {
      const row = (await run(FIND, [handleHash])).rows[0];
      const session = toSession(row);
      if (row === undefined || session === null) return null;
      const { handleHash: _, ...attachment } = toAttachment(row);
      return { attachment, session };
    },
    endAttachment: ({ handleHash, now, events }) =>
      transaction(async (within) => {
        if ((await within(END, [handleHash, now])).changes === 0) return 'already-ended';
        await insertEvents(within, events);
        return 'ended';
      }),
    advanceAttachment: ({ handleHash, generation, kid, now, events }) =>
      transaction(async (within) => {
        await within(JUMP_AHEAD, [handleHash, generation, kid, now]);
        await insertEvents(within, events);
      }),
  };
}

/** What an exchange does to the attachment of its session, client and origin, under the lock of its row. */
export async function moveAttachment(
  run: Run,
  { sid, clientId }: Pick<AuthorizationCode, 'sid' | 'clientId'>,
  move: AttachmentMove,
  now: number,
): Promise<{ generation: number; kid: string } | null> {
  for (;;) {
    const row = (await run(LOCK_PLACE, [sid, clientId, move.origin])).rows[0];
    const found = row === undefined ? null : toAttachment(row);
    const { step } = decideAttachmentStep(found, move, now);
    switch (step) {
      case 'none':
        return null;
      case 'place': {
        const place = [move.handleHash, sid, clientId, move.origin, move.kid, now, move.jkt];
        const { changes } = await run(found === null ? PLACE_FIRST : REPLACE, place);
        // Another exchange placed it in the same moment: there is something to decide about now.
        if (changes === 0) continue;
        return { generation: 1, kid: move.kid };
      }
      case 'repeat':
        return found && { generation: found.generation, kid: found.kid };
      case 'advance':
      case 'revive': {
        const generation = (found?.generation ?? 0) + 1;
        const statement = step === 'advance' ? ADVANCE : REVIVE;
        await run(statement, [move.handleHash, generation, move.kid, now, move.jkt]);
        return { generation, kid: move.kid };
      }
    }
  }
}

function toAttachment(row: Row): Attachment & { readonly handleHash: string } {
  const [handleHash, sid, clientId, origin, generation, kid, previousKid, movedAt, jkt, endedAt] =
    row.attachment as Packed;
  return { handleHash, sid, clientId, origin, generation, kid, previousKid, movedAt, jkt, endedAt };
}
