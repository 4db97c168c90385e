import { mutantsOf } from './entry.js';

const throttle = mutantsOf('user/login-throttle.ts', ['user/login-throttle.test.ts']);
const policy = mutantsOf('user/password-policy.ts', ['user/password-policy.test.ts']);
const hash = mutantsOf('user/password-hash.ts', ['user/password-hash.test.ts']);
const login = mutantsOf('interaction/login-page.ts', ['tests/http/sign-in.test.ts']);
const consent = mutantsOf('interaction/consent-page.ts', ['tests/http/consent.test.ts']);
const open = mutantsOf('interaction/open-interaction.ts', ['tests/http/csrf-and-binding.test.ts']);

export const USER = [
  throttle(
    'if (userId !== null && knownBrowser !== null) {',
    'if (knownBrowser !== null) {',
    'a known browser opens no guesses at anybody else',
  ),
  throttle(
    'atMost: LOGIN_ATTEMPTS_PER_ADDRESS',
    'atMost: 10 * LOGIN_ATTEMPTS_PER_ADDRESS',
    'one address has a hundred guesses',
    ['user/login-throttle.test.ts', 'tests/http/login-throttle.test.ts'],
  ),
  throttle(
    'digest([userId, knownBrowser])',
    'digest([userId])',
    'each known browser has a counter of its own',
  ),
  policy(
    'if (password.length > UNITS_NORMALIZED_AT_MOST) return null;',
    '',
    'a long password is not normalised',
  ),
  policy(
    '< PASSWORD_CHARACTERS_AT_LEAST',
    '< PASSWORD_CHARACTERS_AT_LEAST - 1',
    'a password has eight characters',
  ),
  policy(
    `if (isIdentifier(folded, personal)) return 'same-as-identifier';`,
    '',
    'a password is not the name of its account',
  ),
  policy(
    `return commonPasswords().has(folded) ? 'too-common' : 'acceptable';`,
    `return 'acceptable';`,
    'a password that is known to leak is refused',
  ),
  hash('passes > ARGON2_PASSES_AT_MOST ||', '', 'an imported hash has a bound of passes'),
  hash(`cost > BCRYPT_COST_AT_MOST ?`, `cost > 31 ?`, 'an imported hash of bcrypt has a bound of its cost'),
  hash('memoryKiB === ARGON2ID_PARAMETERS.memoryKiB &&', '', 'a hash of less memory is replaced'),
  login(
    `user === null || !verified.matches || user.blocked`,
    `user === null || !verified.matches`,
    'who is blocked cannot sign in',
  ),
  login(`if (verified.needsRehash &&`, `if (!verified.needsRehash &&`, 'an old hash is replaced at sign-in', [
    'tests/http/password-rehash.test.ts',
  ]),
  consent(
    `if (step.reason === 'client-unproven') {`,
    `if (step.reason === 'consent-denied') {`,
    'the consent to an unproven client holds for its request only',
  ),
  consent(
    `(decision !== 'allow' && decision !== 'deny')`,
    `decision === 'deny'`,
    'a form with neither button gives no consent',
  ),
  open(
    `if (!isBoundTo(interaction, binding, ports.now())) return refuse('interaction-elsewhere');`,
    '',
    'an interaction is finished in the browser that began it',
  ),
  open(
    'interaction === null || ports.now() >= interaction.expiresAt',
    'interaction === null',
    'an interaction expires',
    ['tests/http/sign-in.test.ts', 'tests/http/csrf-and-binding.test.ts'],
  ),
];
