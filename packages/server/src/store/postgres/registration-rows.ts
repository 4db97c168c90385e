import { buildDocument } from '../rows.js';
import type { Store } from '../store.js';
import { eraseDocuments, writeDocuments } from './configuration-rows.js';
import { advanceConfiguration } from './configuration-version.js';
import type { Connections, Run, Statement, Undone } from './connections.js';
import { insertEvents } from './event-rows.js';
import { lockConfiguration } from './locks.js';

type RegistrationRows = Pick<
  Store,
  | 'registerClient'
  | 'findRegistration'
  | 'replaceRegistration'
  | 'deleteRegistration'
  | 'deleteUnusedRegistrations'
  | 'useRegisteredClient'
>;

const COUNT: Statement = {
  name: 'count-registrations',
  text: 'SELECT count(*) AS registered FROM registrations',
};
const INSERT: Statement = {
  name: 'insert-registration',
  text: 'INSERT INTO registrations (client_id, token_hash, registered_at, used) VALUES ($1, $2, $3, 0)',
};
const FIND: Statement = {
  name: 'find-registration',
  text: `SELECT kind, id, document FROM registrations JOIN configuration ON kind = 'client' AND id = client_id
    WHERE client_id = $1 AND token_hash = $2`,
};
const IS_THERE: Statement = {
  name: 'is-registration-there',
  text: 'SELECT client_id FROM registrations WHERE client_id = $1 AND token_hash = $2',
};
const DELETE: Statement = {
  name: 'delete-registration',
  text: 'DELETE FROM registrations WHERE client_id = $1 AND token_hash = $2',
};
const DELETE_UNUSED: Statement = {
  name: 'delete-unused-registrations',
  text: `DELETE FROM registrations WHERE client_id IN (
      SELECT client_id FROM registrations WHERE used = 0 AND registered_at < $1 ORDER BY registered_at LIMIT $2)
    AND used = 0 RETURNING client_id`,
};
const USE: Statement = {
  name: 'use-registration',
  text: 'UPDATE registrations SET used = 1 WHERE client_id = $1',
};

/** Under the lock of all configuration, so that each change counts and judges by what is there. */
export function registrationRows({ run, transaction }: Connections): RegistrationRows {
  const alone = <T>(work: (within: Run) => Promise<T | Undone<T>>): Promise<T> =>
    transaction(async (within) => {
      await lockConfiguration(within);
      return work(within);
    });

  return {
    registerClient: ({ document, tokenHash, registeredAt, atMost, events }) =>
      alone(async (within) => {
        const { rows } = await within(COUNT);
        if ((rows[0]?.registered as number) >= atMost) return 'most-clients';
        await within(INSERT, [document.id, tokenHash, registeredAt]);
        await writeDocuments(within, [document], await advanceConfiguration(within));
        await insertEvents(within, events);
        return 'registered';
      }),
    findRegistration: async (clientId, tokenHash) => {
      const row = (await run(FIND, [clientId, tokenHash])).rows[0];
      return row === undefined ? null : buildDocument(row);
    },
    replaceRegistration: ({ document, tokenHash, events }) =>
      alone(async (within) => {
        if ((await within(IS_THERE, [document.id, tokenHash])).rows.length === 0) return 'unknown';
        await writeDocuments(within, [document], await advanceConfiguration(within));
        await insertEvents(within, events);
        return 'replaced';
      }),
    deleteRegistration: ({ clientId, tokenHash, events }) =>
      alone(async (within) => {
        if ((await within(DELETE, [clientId, tokenHash])).changes === 0) return 'unknown';
        await eraseDocuments(within, 'client', [clientId], await advanceConfiguration(within));
        await insertEvents(within, events);
        return 'deleted';
      }),
    deleteUnusedRegistrations: ({ registeredBefore, atMost }) =>
      alone(async (within) => {
        const { rows } = await within(DELETE_UNUSED, [registeredBefore, atMost]);
        const gone = rows.map((row) => row.client_id as string);
        if (gone.length === 0) return gone;
        await eraseDocuments(within, 'client', gone, await advanceConfiguration(within));
        return gone;
      }),
    useRegisteredClient: async (clientId) =>
      (await run(USE, [clientId])).changes === 0 ? 'unknown' : 'used',
  };
}
