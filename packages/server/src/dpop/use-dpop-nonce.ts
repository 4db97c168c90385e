import type { Secrets } from '../credential/secrets.js';
import type { HttpResponse } from '../http/request.js';
import { json, withHeaders } from '../http/responses.js';
import { buildDpopNonce } from './dpop-nonce.js';

/**
 * Asks the sender of a good proof to make another with this nonce in. The header stands on no other error:
 * oidc-client-ts takes any that has it for this one.
 *
 * @param refreshToken a genuine one that came with the request, said back to who holds it: the published SPA SDK's worker
 *        forgets its own at any JSON answer without one, and would have nothing left to repeat the request with.
 * @see RFC 9449 §8
 */
export function buildUseDpopNonce(
  secrets: Secrets,
  now: number,
  refreshToken: string | null = null,
): HttpResponse {
  const challenge = json(400, {
    error: 'use_dpop_nonce',
    error_description: 'The DPoP proof needs the nonce of this answer.',
    ...(refreshToken !== null && { refresh_token: refreshToken }),
  });
  return withHeaders(challenge, { 'dpop-nonce': buildDpopNonce(secrets, now) });
}
