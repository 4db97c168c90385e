import type { Store } from '../store.js';
import type { Connections, Statement } from './connections.js';
import { insertEvents } from './event-rows.js';
import { lockUser } from './family-birth.js';

type ConsentRows = Pick<Store, 'findConsents' | 'recordConsent' | 'endAuthorizations'>;

const FIND: Statement = {
  name: 'find-consents',
  text: 'SELECT audience, scope, given_at FROM consents WHERE user_id = $1 AND client_id = $2',
};
const RECORD: Statement = {
  name: 'record-consent',
  text: `INSERT INTO consents (user_id, client_id, audience, scope, given_at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (user_id, client_id, audience) DO UPDATE SET scope = excluded.scope, given_at = excluded.given_at`,
};
const WITHDRAW: Statement = {
  name: 'withdraw-consents',
  text: 'DELETE FROM consents WHERE user_id = $1 AND client_id = $2',
};
const END: Statement = {
  name: 'end-authorizations',
  text: `INSERT INTO authorization_ends (user_id, client_id, ended_at) VALUES ($1, $2, $3)
    ON CONFLICT (user_id, client_id) DO UPDATE
      SET ended_at = greatest(authorization_ends.ended_at, excluded.ended_at)`,
};
const REVOKE_FAMILIES: Statement = {
  name: 'revoke-families',
  text: `UPDATE families SET revoked_at = $3, revoke_reason = $4 FROM sessions, family_terms
    WHERE sessions.sid = families.sid AND sessions.user_id = $1 AND family_terms.terms_id = families.terms_id
      AND family_terms.client_id = $2 AND revoked_at IS NULL`,
};

/** Consents in PostgreSQL, and the end of what was given for them. */
export function consentRows({ run, transaction }: Connections): ConsentRows {
  return {
    findConsents: async (userId, clientId) =>
      (await run(FIND, [userId, clientId])).rows.map((row) => ({
        userId,
        clientId,
        audience: row.audience as string,
        scope: (row.scope as string).split(' '),
        givenAt: row.given_at as number,
      })),
    recordConsent: ({ userId, clientId, audience, scope, givenAt }, events) =>
      transaction(async (within) => {
        await within(RECORD, [userId, clientId, audience, scope.join(' '), givenAt]);
        await insertEvents(within, events);
      }),
    endAuthorizations: ({ userId, clientId, reason, withdrawsConsent, now, events }) =>
      transaction(async (within) => {
        // A family is born under the same lock: before this it is revoked below, after this it is refused.
        await lockUser(within, userId);
        await within(END, [userId, clientId, now]);
        if (withdrawsConsent) await within(WITHDRAW, [userId, clientId]);
        const { changes } = await within(REVOKE_FAMILIES, [userId, clientId, now, reason]);
        await insertEvents(within, events);
        return { families: changes };
      }),
  };
}
