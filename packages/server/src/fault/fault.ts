import type { HttpResponse } from '../http/request.js';
import { json } from '../http/responses.js';
import { ConfigurationChanged, StoreUnavailable } from '../store/store.js';
import { PasswordHashingFailed, PasswordQueueFull } from '../user/password-hashing.js';

/** Trouble that passes by itself: the caller may try again. */
export function isTemporaryFault(error: unknown): boolean {
  return (
    error instanceof StoreUnavailable ||
    // Again, after it was read anew.
    error instanceof ConfigurationChanged ||
    error instanceof PasswordQueueFull ||
    error instanceof PasswordHashingFailed
  );
}

/** Trouble of ours, told to a program: one shape, nothing of itself. @see security.md 88 */
export function buildFaultResponse(error: unknown): HttpResponse {
  if (!isTemporaryFault(error)) {
    return json(500, { error: 'server_error', error_description: 'The server met an unexpected condition.' });
  }
  const body = { error: 'temporarily_unavailable', error_description: 'Try again in a moment.' };
  return json(503, body, { 'retry-after': '2' });
}
