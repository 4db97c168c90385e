import { hash } from 'node:crypto';
import { randomHandle } from '../credential/randomness.js';
import { sealUnderHandle, unsealUnderHandle } from '../credential/seal-under-handle.js';
import { type Parameters, parseForm } from '../http/parameters.js';
import type { HttpRequest, HttpResponse } from '../http/request.js';
import { seeOther } from '../http/responses.js';
import type { Ports } from '../ports.js';
import type { PostedRequestStore } from './posted-request-store.js';

/** A POST from another site waits this long to be read again by a request that carries cookies. */
const POSTED_REQUEST_MS = 60_000;
/** Sealed and written as text, it is this much longer. */
const SEALED_TIMES = 4 / 3;

type PostedPorts = Pick<Ports<PostedRequestStore>, 'store' | 'mayKeep' | 'now'>;

/**
 * A POST from another site carries no Lax cookie, in any browser, so who sent it cannot be known from it. Once found
 * good it is kept under a random handle and read again by GET at the same path.
 *
 * @returns where to read it; `null` where its network has left as much as it may.
 * @see design.md 4
 */
export async function keepForGet(
  http: HttpRequest,
  { store, mayKeep, now }: PostedPorts,
): Promise<HttpResponse | null> {
  if (!mayKeep(http.peerAddress, http.rawBody.length * SEALED_TIMES, now())) return null;
  const handle = randomHandle();
  await store.keepPostedRequest({
    handleHash: hash('sha256', handle, 'base64url'),
    path: http.path,
    // It may carry an ID token, and tokens do not stand in the store.
    sealedBody: sealUnderHandle(handle, 'posted request', http.rawBody),
    expiresAt: now() + POSTED_REQUEST_MS,
  });
  return seeOther(`${http.path}?sojourn_posted=${handle}`);
}

/** The query's parameters, or those of the POST that the query stands for. `null` where neither can be read. */
export async function readGetParameters(
  http: HttpRequest,
  { store, now }: Pick<PostedPorts, 'store' | 'now'>,
): Promise<Parameters | null> {
  const query = parseForm(http.rawQuery);
  const posted = query?.get('sojourn_posted');
  if (posted === undefined) return query;
  const kept = await store.findPostedRequest(hash('sha256', posted, 'base64url'), now());
  const body = kept?.path === http.path ? unsealUnderHandle(posted, 'posted request', kept.sealedBody) : null;
  return body === null ? null : parseForm(body);
}
