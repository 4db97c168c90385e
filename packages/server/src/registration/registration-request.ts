import { hash, timingSafeEqual } from 'node:crypto';
import type { HttpRequest, HttpResponse } from '../http/request.js';
import { json } from '../http/responses.js';
import type { Outbound } from '../outbound/guarded-call.js';
import { parseClientMetadata, type RegistrationRefusal, type RequestedClient } from './client-metadata.js';

const LARGEST_BODY = 32 * 1024;

/** A registration as it was sent, or the answer to it and the reason for the record. */
export type ReadRegistration =
  | { readonly ok: true; readonly client: RequestedClient; readonly body: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly response: HttpResponse; readonly reason: string };

/** The body of a registration, read, judged, and held against what its sector says of itself. */
export async function readRegistration(http: HttpRequest, outbound: Outbound): Promise<ReadRegistration> {
  const refuse = (refusal: RegistrationRefusal): ReadRegistration => ({
    ok: false,
    response: json(400, { error: refusal.error, error_description: refusal.description }),
    reason: refusal.error,
  });
  const [mediaType = ''] = (http.header('content-type') ?? '').toLowerCase().split(';');
  // A form of another site cannot send this type without asking first, and nobody here answers that.
  if (mediaType.trim() !== 'application/json') {
    const response = json(415, { error: 'invalid_client_metadata', error_description: 'The body is JSON.' });
    return { ok: false, response, reason: 'media-type' };
  }
  const body = http.rawBody.length > LARGEST_BODY ? null : parseObject(http.rawBody);
  if (body === null)
    return refuse({
      error: 'invalid_client_metadata',
      description: 'The body is not a JSON object of at most 32 KB.',
    });
  const parsed = parseClientMetadata(body, outbound.mayCall);
  if (!parsed.ok) return refuse(parsed.refusal);
  const { client } = parsed;
  const sectorUri = client.sojourn.sector_identifier_uri;
  if (sectorUri !== undefined) {
    const listed = await outbound.fetchJson({ purpose: 'sector', url: sectorUri, party: REGISTERING });
    // One answer for a document that cannot be had, is no list, or lists other addresses. @see I06
    if (!Array.isArray(listed) || !client.callbacks.every((uri) => listed.includes(uri)))
      return refuse({
        error: 'invalid_client_metadata',
        description: 'sector_identifier_uri: expected a JSON list with every one of redirect_uris.',
      });
  }
  return { ok: true, client, body };
}

/** Who is not registered yet, together: they share their calls. */
const REGISTERING = { id: 'registration', isStranger: true } as const;

function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : null;
  } catch {
    return null;
  }
}

/** From the header alone: this token is no form parameter. @see RFC 6750 §2.1 */
export function readBearer(http: HttpRequest): string | null {
  return /^bearer +([A-Za-z0-9\-._~+/]{1,512}=*) *$/i.exec(http.header('authorization') ?? '')?.[1] ?? null;
}

/** What the store knows of a token of registration. */
export function hashToken(token: string): string {
  return hash('sha256', token, 'base64url');
}

/** Whether a Bearer token is one of those whose hashes are kept; `null` never is. @see RFC 7591 §3 */
export function isTokenOf(token: string | null, hashes: readonly string[]): boolean {
  const presented = Buffer.from(hashToken(token ?? ''));
  // Every one is compared, so that the time does not tell which came close.
  const matches = hashes.filter((known) => {
    const expected = Buffer.from(known);
    return expected.length === presented.length && timingSafeEqual(expected, presented);
  });
  return token !== null && matches.length > 0;
}

/** @see RFC 7591 §3.2.2, RFC 6750 §3.1 */
export function refuseToken(): HttpResponse {
  const description = 'The token is missing or not valid here.';
  return json(
    401,
    { error: 'invalid_token', error_description: description },
    {
      'www-authenticate': `Bearer realm="sojourn", error="invalid_token", error_description="${description}"`,
    },
  );
}

/** As any address that is not there: whether registration exists is nobody's to know. */
export const REGISTRATION_OFF: HttpResponse = json(404, { error: 'not_found' });
