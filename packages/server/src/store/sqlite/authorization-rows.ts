import type { AuthorizationCode } from '../../authorization/code-store.js';
import { decideAttachmentStep } from '../../session/attachment.js';
import type { Attachment, AttachmentMove } from '../../session/attachment-store.js';
import { buildCode, buildGrantStanding, type Row } from '../rows.js';
import type { Store } from '../store.js';
import type { Database } from './database.js';
import type { InsertEvents } from './event-rows.js';
import type { StartFamily } from './family-rows.js';
import type { Write } from './group-commit.js';
import { PACKED_SESSION, toSession } from './session-rows.js';
import { PACKED_USER, toUser } from './user-rows.js';

type AuthorizationRows = Pick<
  Store,
  | 'saveAuthorizationCode'
  | 'findAuthorizationCode'
  | 'findClientsWithCodes'
  | 'redeemAuthorizationCode'
  | 'startGrant'
  | 'endGrant'
  | 'findGrant'
  | 'useOnce'
  | 'findAttachment'
  | 'endAttachment'
  | 'advanceAttachment'
>;

/** The idle clock is written at most this often, or at a hundredth of the limit: no End-User can tell the difference. */
const TOUCH_EVERY_MS = 60_000;

/** Consents, codes, grants and attachments in SQLite. */
export function authorizationRows(
  db: Database,
  write: Write,
  insertEvents: InsertEvents,
  startFamily: StartFamily,
): AuthorizationRows {
  const fromLiveSession = `FROM sessions JOIN users ON users.user_id = sessions.user_id
     WHERE sid = ? AND sessions.ended_at IS NULL AND users.blocked = 0 AND authenticated_at >= users.not_before`;
  const lives = db.prepare(`SELECT 1 ${fromLiveSession}`);
  const insertCode = db.prepare(
    `INSERT INTO authorization_codes (code_hash, user_id, issued) SELECT ?, sessions.user_id, ? ${fromLiveSession}`,
  );
  const finishInteraction = db.prepare(
    'UPDATE interactions SET finished_at = ? WHERE id = ? AND finished_at IS NULL',
  );
  const codeByHash = db.prepare(
    `SELECT code_hash, issued, redeemed_at, ${PACKED_USER}
     FROM authorization_codes JOIN users ON users.user_id = authorization_codes.user_id WHERE code_hash = ?`,
  );
  const unusedOfUser = db.prepare(
    `SELECT DISTINCT issued ->> 'clientId' AS client_id FROM authorization_codes
     WHERE user_id = ? AND redeemed_at IS NULL ORDER BY client_id`,
  );
  const redeem = db.prepare(
    'UPDATE authorization_codes SET redeemed_at = ? WHERE code_hash = ? AND redeemed_at IS NULL',
  );
  const insertGrant = db.prepare(
    `INSERT INTO grants (grant_id, client_id, user_id, sid, scope, audience, userinfo_claims, started_at,
       expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const endGrant = db.prepare('UPDATE grants SET ended_at = ? WHERE grant_id = ? AND ended_at IS NULL');
  const standing = db.prepare(
    `SELECT persistent, last_active_at + min(${TOUCH_EVERY_MS}, idle_limit_ms / 100) AS touch_due,
       EXISTS (SELECT 1 FROM holdings WHERE holdings.sid = sessions.sid AND client_id = ? AND audience = ? AND scope = ?) AS held
     FROM sessions JOIN users ON users.user_id = sessions.user_id
     WHERE sid = ? AND sessions.ended_at IS NULL AND users.blocked = 0 AND authenticated_at >= users.not_before
       AND NOT EXISTS (SELECT 1 FROM authorization_ends WHERE authorization_ends.user_id = sessions.user_id
         AND authorization_ends.client_id = ? AND authorization_ends.ended_at > ?)`,
  );
  const moveIdleClock = db.prepare(
    'UPDATE sessions SET last_active_at = max(last_active_at, ?) WHERE sid = ?',
  );
  const hold = db.prepare(
    'INSERT INTO holdings (sid, client_id, audience, scope) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const use = db.prepare(
    'INSERT INTO used_once (key, expires_at) VALUES (?, ?) ON CONFLICT (key) DO NOTHING',
  );
  const grantById = db.prepare(
    `SELECT grants.*, sessions.ended_at AS session_ended_at, authenticated_at, users.blocked, users.not_before,
       authorization_ends.ended_at AS authorization_ended_at
     FROM grants LEFT JOIN sessions ON sessions.sid = grants.sid LEFT JOIN users ON users.user_id = grants.user_id
       LEFT JOIN authorization_ends
         ON authorization_ends.user_id = grants.user_id AND authorization_ends.client_id = grants.client_id
     WHERE grant_id = ?`,
  );
  const familyByKey = db.prepare(
    `SELECT families.handle_hash AS grant_id, client_id, sessions.user_id, families.sid, scope, audience, families.claims, started_at,
       revoked_at AS ended_at, outlives, sessions.ended_at AS session_ended_at,
       families.authenticated_at, users.blocked, users.not_before, NULL AS authorization_ended_at
     FROM families JOIN family_terms USING (terms_id) JOIN sessions ON sessions.sid = families.sid
       JOIN users ON users.user_id = sessions.user_id
     WHERE families.sid = ? AND families.handle_hash = ?`,
  );
  const revokeFamily = db.prepare(
    `UPDATE families SET revoked_at = ?, revoke_reason = ? WHERE sid = ? AND handle_hash = ? AND revoked_at IS NULL`,
  );
  const attachmentByHandle = db.prepare(
    `SELECT ${PACKED_SESSION}, attachments.sid, client_id, origin, generation, kid, previous_kid, moved_at,
       jkt, attachments.ended_at AS attachment_ended_at
     FROM attachments JOIN sessions ON sessions.sid = attachments.sid JOIN users ON users.user_id = sessions.user_id
     WHERE attachments.handle_hash = ?`,
  );
  const attachmentByPlace = db.prepare(
    'SELECT * FROM attachments WHERE sid = ? AND client_id = ? AND origin = ?',
  );
  const placeAttachment = db.prepare(
    `INSERT INTO attachments (handle_hash, sid, client_id, origin, generation, kid, moved_at, jkt)
     VALUES (?, ?, ?, ?, 1, ?, ?, ?)
     ON CONFLICT (sid, client_id, origin) DO UPDATE SET handle_hash = excluded.handle_hash, generation = 1,
       kid = excluded.kid, previous_kid = NULL, moved_at = excluded.moved_at, jkt = excluded.jkt, ended_at = NULL`,
  );
  const advance = db.prepare(
    `UPDATE attachments SET generation = ?, previous_kid = kid, kid = ?, moved_at = ?, jkt = ?, ended_at = NULL
     WHERE handle_hash = ?`,
  );
  const jumpAhead = db.prepare(
    `UPDATE attachments SET generation = ?, previous_kid = kid, kid = ?, moved_at = ?, ended_at = NULL WHERE handle_hash = ?`,
  );
  const revive = db.prepare(
    `UPDATE attachments SET generation = ?, previous_kid = NULL, kid = ?, moved_at = ?, jkt = ?, ended_at = NULL
     WHERE handle_hash = ?`,
  );
  const endAttachment = db.prepare(
    'UPDATE attachments SET ended_at = ? WHERE handle_hash = ? AND ended_at IS NULL',
  );

  /**
   * Joins a client to a session that has not ended, with what it holds there from now on.
   *
   * @param issuedAt of what is being used: what the client was given for the End-User may have been ended since.
   * @param touches moves the idle clock as well.
   * @returns `null` where the session has ended.
   */
  const join = (
    { sid, clientId, audience, scope }: { sid: string; clientId: string; audience: string; scope: string },
    { now, issuedAt, touches }: { now: number; issuedAt: number; touches: boolean },
  ): { persistent: boolean } | null => {
    const row = standing.get(clientId, audience, scope, sid, clientId, issuedAt);
    if (row === undefined) return null;
    if (row.held === 0) hold.run(sid, clientId, audience, scope);
    if (touches && now >= (row.touch_due as number)) moveIdleClock.run(now, sid);
    return { persistent: row.persistent === 1 };
  };

  const moveAttachment = (code: AuthorizationCode, move: AttachmentMove, now: number) => {
    const row = attachmentByPlace.get(code.sid, code.clientId, move.origin);
    const found =
      row === undefined
        ? null
        : { handleHash: row.handle_hash as string, ...toAttachment(row, row.ended_at as number | null) };
    const { step } = decideAttachmentStep(found, move, now);
    switch (step) {
      case 'none':
        return null;
      case 'place':
        placeAttachment.run(move.handleHash, code.sid, code.clientId, move.origin, move.kid, now, move.jkt);
        return { generation: 1, kid: move.kid };
      case 'repeat':
        return found && { generation: found.generation, kid: found.kid };
      case 'advance':
      case 'revive': {
        const generation = (found?.generation ?? 0) + 1;
        const statement = step === 'advance' ? advance : revive;
        statement.run(generation, move.kid, now, move.jkt, move.handleHash);
        return { generation, kid: move.kid };
      }
    }
  };

  /** @returns whether nobody has finished it before. */
  const finish = (interaction: string, now: number) => finishInteraction.run(now, interaction).changes !== 0;

  return {
    saveAuthorizationCode: ({ code, finishes, touch }) =>
      write(() => {
        const { codeHash, redeemedAt: _, ...issued } = code;
        if (finishes !== null && lives.get(code.sid) === undefined) return 'session-ended';
        if (finishes !== null && !finish(finishes, code.issuedAt)) return 'interaction-finished';
        const saved = insertCode.run(codeHash, JSON.stringify(issued), code.sid);
        if (saved.changes === 0) return 'session-ended';
        if (touch) moveIdleClock.run(code.issuedAt, code.sid);
        return 'saved';
      }),
    findAuthorizationCode: async (codeHash) => {
      const row = codeByHash.get(codeHash);
      const user = toUser(row);
      return row === undefined || user === null ? null : { code: buildCode(row), user };
    },
    findClientsWithCodes: async (userId) => unusedOfUser.all(userId).map((row) => row.client_id as string),
    redeemAuthorizationCode: ({ code, now, accessTokenExpiresAt, touch, attach, family, replayEvents }) =>
      write(() => {
        const { codeHash, grantId, clientId, userId, sid, audience } = code;
        if (redeem.run(now, codeHash).changes === 0) {
          if (codeByHash.get(codeHash) === undefined) return { outcome: 'unknown' } as const;
          endGrant.run(now, grantId);
          revokeFamily.run(now, 'code-replayed', sid, grantId);
          insertEvents(replayEvents);
          return { outcome: 'already-redeemed' } as const;
        }
        const scope = code.scope.join(' ');
        const { issuedAt } = code;
        const session = join({ sid, clientId, audience, scope }, { now, issuedAt, touches: touch });
        if (session === null) return { outcome: 'session-ended' } as const;
        if (family !== null) startFamily(code, family, now);
        else {
          const userinfoClaims = code.claims?.userinfo.join(' ') ?? '';
          insertGrant.run(
            grantId,
            clientId,
            userId,
            sid,
            scope,
            audience,
            userinfoClaims,
            now,
            accessTokenExpiresAt,
          );
        }
        const attachment = attach && moveAttachment(code, attach, now);
        return { outcome: 'redeemed', attachment, persistent: session.persistent } as const;
      }),
    startGrant: ({ grant, touch, finishes }) =>
      write(() => {
        const { grantId, clientId, userId, sid, audience, startedAt, expiresAt } = grant;
        const scope = grant.scope.join(' ');
        const moment = { now: startedAt, issuedAt: startedAt, touches: touch };
        if (sid !== null && lives.get(sid) === undefined) return 'session-ended';
        if (finishes !== null && !finish(finishes, startedAt)) return 'interaction-finished';
        if (sid !== null && join({ sid, clientId, audience, scope }, moment) === null) return 'session-ended';
        const userinfoClaims = grant.userinfoClaims.join(' ');
        insertGrant.run(
          grantId,
          clientId,
          userId,
          sid,
          scope,
          audience,
          userinfoClaims,
          startedAt,
          expiresAt,
        );
        return 'started';
      }),
    endGrant: ({ grantId, sid, now, events }) =>
      write(() => {
        const ended =
          endGrant.run(now, grantId).changes !== 0 ||
          (sid !== null && revokeFamily.run(now, 'client-request', sid, grantId).changes !== 0);
        if (!ended) return 'already-ended';
        insertEvents(events);
        return 'ended';
      }),
    useOnce: ({ key, expiresAt }) => write(() => (use.run(key, expiresAt).changes === 0 ? 'again' : 'first')),
    findGrant: async (grantId, sid) => {
      const row = grantById.get(grantId) ?? (sid === null ? undefined : familyByKey.get(sid, grantId));
      return row === undefined ? null : buildGrantStanding(row);
    },
    findAttachment: async (handleHash) => {
      const row = attachmentByHandle.get(handleHash);
      const session = toSession(row);
      if (row === undefined || session === null) return null;
      return { attachment: toAttachment(row, row.attachment_ended_at as number | null), session };
    },
    endAttachment: ({ handleHash, now, events }) =>
      write(() => {
        if (endAttachment.run(now, handleHash).changes === 0) return 'already-ended';
        insertEvents(events);
        return 'ended';
      }),
    advanceAttachment: ({ handleHash, generation, kid, now, events }) =>
      write(() => {
        jumpAhead.run(generation, kid, now, handleHash);
        insertEvents(events);
      }),
  };
}

function toAttachment(row: Row, endedAt: number | null): Attachment {
  return {
    sid: row.sid as string,
    clientId: row.client_id as string,
    origin: row.origin as string,
    generation: row.generation as number,
    kid: row.kid as string,
    previousKid: row.previous_kid as string | null,
    movedAt: row.moved_at as number,
    jkt: row.jkt as string | null,
    endedAt,
  };
}
