import type { HttpResponse } from '../http/request.js';
import type { AuthenticationRequest } from './authentication-request.js';

/** Room for all that differs between the answers to one request: a code or an error with its reason, dropped cookies. */
const ROOM_FOR_A_CODE = 6_144;
/** The same with an access token and an ID token beside it. */
const ROOM_FOR_TOKENS = 24_576;
/** What one UTF-16 unit of the request takes at most in an answer: three bytes, each percent-encoded. */
const TIMES_AT_MOST = 9;
/** Digits that `Content-Length` may have. */
const LENGTH_DIGITS = 7;

/**
 * Fills an answer up to a length that depends on the request alone, not on what is answered: whoever watches the line, or
 * counts the bytes of a frame, does not see by them whether somebody is signed in. A redirect is given a body, because
 * reverse proxies take a few kilobytes of headers only.
 *
 * @see docs/decisions/0016-what-foreign-pages-learn.md, also for what this does not hide
 */
export function buildAnswerOfOneLength(
  response: HttpResponse,
  { target, responseTypes }: Pick<AuthenticationRequest, 'target' | 'responseTypes'>,
): HttpResponse {
  const hasTokens = responseTypes.has('token') || responseTypes.has('id_token');
  const said = target.redirectUri.length + (target.state?.length ?? 0);
  const whole = (hasTokens ? ROOM_FOR_TOKENS : ROOM_FOR_A_CODE) + said * TIMES_AT_MOST;
  const missing = whole - lengthOfHeaders(response) - Buffer.byteLength(response.body);
  const body = response.body + ' '.repeat(Math.max(0, missing));
  const digits = String(Buffer.byteLength(body)).length;
  return {
    status: response.status,
    // Its own length, written in more or fewer digits, would tell as well.
    headers: { ...response.headers, 'sojourn-padding': '0'.repeat(LENGTH_DIGITS - digits) },
    body,
  };
}

function lengthOfHeaders({ headers }: HttpResponse): number {
  return Object.entries(headers)
    .flatMap(([name, values]) => [values].flat().map((value) => name.length + value.length + ': \r\n'.length))
    .reduce((sum, length) => sum + length, 0);
}
