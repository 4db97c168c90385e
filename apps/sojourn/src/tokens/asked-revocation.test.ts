import { expect, test } from 'vitest';
import { parseControlRequest } from '../control/control-request.js';
import { buildEndRequest } from '../sessions/sessions-command.js';
import { buildRevokeRequest } from './tokens-command.js';

const sid = 'a'.repeat(30);
const id = `${sid}.${'b'.repeat(22)}`;

test.each([
  [{ id }, { command: 'tokens.revoke', id }],
  [{ session: sid }, { command: 'tokens.revoke-of-session', sid }],
  [
    { user: 'mira' },
    { command: 'tokens.revoke-of-user', user: 'mira', client: null, withdrawsConsent: false },
  ],
  [
    { user: 'mira', client: 'shop', 'withdraw-consent': true },
    { command: 'tokens.revoke-of-user', user: 'mira', client: 'shop', withdrawsConsent: true },
  ],
  [
    { client: 'shop', yes: true },
    { command: 'tokens.revoke-of-client', client: 'shop' },
  ],
])('revoke %j asks for exactly that, and is read so at the other end', (given, request) => {
  const asked = buildRevokeRequest(given);
  expect(asked).toEqual(request);
  expect(parseControlRequest(JSON.stringify(asked))).toEqual(request);
});

test.each([
  [{}, 'Which refresh tokens?'],
  [{ yes: true }, 'Which refresh tokens?'],
  [{ id, session: sid }, 'only one of the three'],
  [{ id, client: 'shop' }, 'only one of the three'],
  [{ session: sid, user: 'mira' }, 'only one of the three'],
  [{ user: 'mira', 'withdraw-consent': true }, '--withdraw-consent needs both'],
  [{ client: 'shop', 'withdraw-consent': true, yes: true }, '--withdraw-consent needs both'],
  [{ id, 'withdraw-consent': true }, '--withdraw-consent needs both'],
  [{ client: 'shop' }, 'add --yes'],
  [{ id: 'x' }, '"x" is no id of refresh tokens'],
  [{ id: sid }, 'is no id of refresh tokens'],
  [{ session: `${sid}=` }, 'is no session id'],
])('revoke %j is refused before anything is asked of a server', (given, sentence) => {
  expect(buildRevokeRequest(given)).toEqual(expect.stringContaining(sentence));
});

test.each([
  [{}, 'Which session?'],
  [{ sid, user: 'mira' }, 'not both'],
  [{ sid: id }, 'is no session id'],
])('end %j is refused before anything is asked of a server', (given, sentence) => {
  expect(buildEndRequest(given)).toEqual(expect.stringContaining(sentence));
});

test('a credential that somebody pasted is not told back', () => {
  for (const pasted of [
    `v1.k1.${sid}~${sid}.1.${'t'.repeat(43)}`,
    `eyJhbGciOiJFUzI1NiJ9.${'p'.repeat(300)}`,
  ]) {
    for (const refusal of [buildRevokeRequest({ id: pasted }), buildEndRequest({ sid: pasted })]) {
      expect(refusal).toEqual(expect.any(String));
      expect(refusal).not.toContain(pasted.slice(3, 20));
    }
  }
});

test.each([
  '{"command":"sessions.list"}',
  '{"command":"sessions.list","user":null,"client":null,"live":true,"limit":0}',
  '{"command":"sessions.list","user":1,"client":null,"live":true,"limit":null}',
  '{"command":"sessions.show"}',
  '{"command":"sessions.end","sid":1}',
  '{"command":"sessions.end-of-user"}',
  '{"command":"tokens.list","user":null,"client":null,"live":true,"limit":null}',
  '{"command":"tokens.revoke","id":null}',
  '{"command":"tokens.revoke-of-session"}',
  '{"command":"tokens.revoke-of-user","user":"mira","client":null}',
  '{"command":"tokens.revoke-of-client"}',
])('%s is no request', (line) => expect(parseControlRequest(line)).toBeNull());
