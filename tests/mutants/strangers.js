import { mutantsOf } from './entry.js';

const logout = mutantsOf('logout/decide-logout.ts', ['logout/decide-logout.test.ts']);
const request = mutantsOf('logout/logout-request.ts', ['logout/logout-request.test.ts']);
const snapshot = mutantsOf('configuration/build-configuration.ts', [
  'configuration/amend-configuration.test.ts',
]);
const layers = mutantsOf('configuration/layered-map.ts', ['configuration/layered-map.test.ts']);
const keys = mutantsOf('client/remote-keys.ts', ['client/remote-keys.test.ts']);

export const STRANGERS = [
  logout(
    "return { next: 'ignore' };",
    "return { next: 'nothing-to-end' };",
    'what is no visit is told that nothing was changed',
  ),
  logout(
    "(cameFrom === 'participant' && dialect === 'auth0')",
    "cameFrom === 'participant'",
    '/oidc/logout without a good hint asks a page of a participant too',
  ),
  logout('    isParticipant &&\n', '', 'a hint alone needs a client that takes part'),
  logout(
    '    !hasRegisteredItself(client) &&\n',
    '',
    'a hint alone of a client that registered itself ends nothing',
  ),
  logout('now - hint.issuedAt <= HINT_ALONE_MS', 'true', 'a hint alone is 30 days old at most'),
  logout(
    'hint.sub === session.userId\n',
    'true\n',
    'a hint alone is of the End-User whose session its sid names',
  ),
  logout(
    'if (hasRegisteredItself(client)) return [];',
    '',
    'the pages of a client that registered itself are known to nobody',
  ),
  logout(
    'client === null || hasRegisteredItself(client) ? null',
    'client === null ? null',
    'no page links back to a client that registered itself',
  ),
  request(
    'const returnTo = isKnown && hint',
    'const returnTo = hint',
    'without a client an address is held against the tenant’s list',
  ),
  request(
    'return isAllowed(beforeQuery(url), allowed.map(beforeQuery));',
    'return allowed.some((known) => url.startsWith(beforeQuery(known)));',
    'an address that only begins as a registered one leads nowhere',
  ),
  snapshot(
    'const clientsWithEnds = clients.with(findEnded(clients, ends));',
    'const clientsWithEnds = clients;',
    'the end of a client counts where nothing else of it changed',
  ),
  layers(
    'if (!this.#changed.has(key)) yield [key, value];',
    'yield [key, value];',
    'an entry that changed is listed once',
  ),
  keys("key.use === 'sig'", 'true', 'a published key for encryption signs nothing'),
];
