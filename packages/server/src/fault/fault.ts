import type { HttpResponse } from '../http/request.js';
import { json } from '../http/responses.js';

/** Trouble of ours that passes by itself: nothing was changed, and the caller may try again. Answered with 503. */
export class TemporaryFault extends Error {}

/** The store cannot answer now. Nothing was changed; the caller answers 503. */
export class StoreUnavailable extends TemporaryFault {
  override readonly name = 'StoreUnavailable';
}

/** Another node changed the configuration since it was read here. Nothing was changed; read it and ask again. */
export class ConfigurationChanged extends TemporaryFault {
  override readonly name = 'ConfigurationChanged';
}

/** Whether the trouble passes by itself. */
export function isTemporaryFault(error: unknown): boolean {
  return error instanceof TemporaryFault;
}

/** Trouble of ours, told to a program: one shape, nothing of itself. @see security.md 88 */
export function buildFaultResponse(error: unknown): HttpResponse {
  if (!isTemporaryFault(error)) {
    return json(500, { error: 'server_error', error_description: 'The server met an unexpected condition.' });
  }
  const body = { error: 'temporarily_unavailable', error_description: 'Try again in a moment.' };
  return json(503, body, { 'retry-after': '2' });
}
