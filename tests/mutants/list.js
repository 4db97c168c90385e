import { AUTHORIZATION } from './authorization.js';
import { CLIENT } from './client.js';
import { CREDENTIAL } from './credential.js';
import { HTTP } from './http.js';
import { KEYS_AND_NETWORK } from './keys-and-network.js';
import { REFRESH_TOKEN } from './refresh-token.js';
import { SESSION } from './session.js';
import { STORES } from './stores.js';
import { STRANGERS } from './strangers.js';
import { TOKEN } from './token.js';
import { USER } from './user.js';

/**
 * Every mutant that `npm run mutants` runs: one changed line each, of a function that judges, a statement of a store, a
 * cookie or a header.
 *
 * @type {readonly import('../../tools/mutants/mutant.js').Mutant[]}
 */
export const MUTANTS = [
  ...AUTHORIZATION,
  ...CLIENT,
  ...CREDENTIAL,
  ...HTTP,
  ...KEYS_AND_NETWORK,
  ...REFRESH_TOKEN,
  ...SESSION,
  ...STORES,
  ...STRANGERS,
  ...TOKEN,
  ...USER,
];
