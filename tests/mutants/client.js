import { mutantsOf } from './entry.js';

const assertion = mutantsOf('client/client-assertion.ts', ['tests/http/client-assertion.test.ts']);
const once = mutantsOf('client-authentication/asserted-client.ts', ['tests/http/client-assertion.test.ts']);
const remoteKeys = mutantsOf('client/remote-keys.ts', ['tests/http/client-keys.test.ts']);
const throttle = mutantsOf('client/secret-throttle.ts', ['tests/http/token-endpoint.test.ts']);
const redirect = mutantsOf('client/redirect-uri.ts', ['client/redirect-uri.test.ts']);
const who = mutantsOf('client-authentication/authenticate-client.ts', ['tests/http/token-endpoint.test.ts']);
const credentials = mutantsOf('client-authentication/client-authentication.ts', [
  'client-authentication/client-authentication.test.ts',
]);

export const CLIENT = [
  assertion(
    'if (iss !== clientId || sub !== clientId)',
    'if (sub !== clientId)',
    'an assertion is issued by its client',
  ),
  assertion(
    `if (!isForUs) return refuse('assertion-audience');`,
    '',
    'an assertion for another server proves nothing here',
  ),
  assertion(
    'exp <= seconds - CLOCK_TOLERANCE_SECONDS',
    'exp <= seconds - 60 * CLOCK_TOLERANCE_SECONDS',
    'an assertion expires',
  ),
  assertion(
    `if (exp - LONGEST_LIFETIME_SECONDS > latest) return refuse('assertion-expiry');`,
    '',
    'an assertion lives an hour at most',
  ),
  assertion(
    `if (isEarly) return refuse('assertion-not-yet-valid');`,
    '',
    'an assertion from the future proves nothing',
  ),
  assertion(
    'client.assertionSigningAlg === null || alg === client.assertionSigningAlg',
    'true',
    'an assertion is signed by the algorithm of the registration',
  ),
  assertion(`typeof jti !== 'string' || jti === '' ||`, `jti === '' ||`, 'the jti of an assertion is a text'),
  once(
    `if (type !== CLIENT_ASSERTION_TYPE) return refuse('assertion-unreadable');`,
    '',
    'an assertion says what it is',
  ),
  once(
    `return use === 'first' ? { outcome: 'proven', client } : refuse('assertion-replayed');`,
    `return { outcome: 'proven', client };`,
    'an assertion is used once',
  ),
  remoteKeys(`(!('use' in key) || key.use === 'sig') &&`, '', 'a key for encryption verifies nothing'),
  remoteKeys('now() - held.attemptedAt >= FETCH_EVERY_MS', 'true', 'made-up keys do not make us fetch'),
  remoteKeys(
    'if (isFresh() && holds(held.keys, kid)) return held.keys;',
    'if (isFresh()) return held.keys;',
    'a key that is new is looked for at once',
  ),
  throttle(
    `if (counted.outcome !== 'limited') return;`,
    `return;`,
    'guesses at a client’s secret are slowed down',
  ),
  redirect(
    'if (hasScriptScheme(redirectUri)) return false;',
    '',
    'a redirect_uri that runs what follows is refused although it is registered',
  ),
  redirect(`if (client.appType !== 'native') return false;`, '', 'only native clients take a free port'),
  redirect(
    `if (url.protocol !== 'http:') return true;`,
    `if (url.protocol !== 'http:') return false;`,
    'a custom scheme belongs to whatever program took it',
  ),
  who(
    'named !== undefined && triesSecret(credentials, named) ? named.clientId : null',
    'triesSecret(credentials, named ?? ({} as Client)) ? credentials.clientId : null',
    'made-up client ids fill no table',
  ),
  who(
    `const until = guessed === null ? null : throttle.limitedUntil(guessed, http.peerAddress, now());`,
    `const until = null as number | null;`,
    'whoever guesses at a secret is not heard',
  ),
  credentials(
    'if (assertion !== null && bodySecret !== null) return null;',
    '',
    'a client uses one method in each request',
  ),
  credentials(
    `(bodyId !== null && bodyId !== clientId)`,
    `false`,
    'a client names itself once, or twice alike',
  ),
  credentials(
    `return secret === null || (credentials.basic && secret === '') ? client : null;`,
    `return client;`,
    'a client without a secret shows none',
  ),
  credentials(
    `return secret !== null && matches ? client : null;`,
    `return secret !== null ? client : null;`,
    'a wrong secret opens nothing',
  ),
  credentials(
    `case 'private_key_jwt':
      return null;`,
    `case 'private_key_jwt':
      return matches ? client : null;`,
    'a client that signs assertions has no secret to send',
  ),
];
