import type { Secrets } from '../credential/secrets.js';
import type { HttpResponse } from '../http/request.js';
import { withHeaders } from '../http/responses.js';
import { buildTokenError } from '../token/token-response.js';
import { buildDpopNonce } from './dpop-nonce.js';

/**
 * Asks the sender of a good proof to make another with this nonce in. The header stands on no other error:
 * oidc-client-ts takes any that has it for this one.
 *
 * @see RFC 9449 §8
 */
export function buildUseDpopNonce(secrets: Secrets, now: number): HttpResponse {
  const challenge = buildTokenError({
    error: 'use_dpop_nonce',
    description: 'The DPoP proof needs the nonce of this answer.',
    reason: 'dpop-nonce',
  });
  return withHeaders(challenge, { 'dpop-nonce': buildDpopNonce(secrets, now) });
}
