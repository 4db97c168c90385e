import { lookup } from 'node:dns';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { rootCertificates } from 'node:tls';

/** What a server answered, and when the question left and the answer came. */
export interface JsonAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** `undefined` where the body is no JSON. */
  readonly body: unknown;
  readonly sentAt: number;
  readonly receivedAt: number;
}

/** Nobody waits longer for a server that works. */
const ANSWER_WITHIN_MS = 5_000;
const BODY_BYTES_AT_MOST = 256 * 1024;

/** The system's resolver often does not know `*.localhost`; browsers take it for this machine, and RFC 6761 §6.3 says so. */
const lookupLocalhost: LookupFunction = (hostname, options, callback) =>
  lookup(hostname.endsWith('.localhost') ? 'localhost' : hostname, options, callback);

/**
 * Asks for a JSON document, past caches, and follows no redirect: what the address itself answers is what counts.
 *
 * @param extraCa PEM of authorities that are trusted beside the usual ones.
 * @throws The network's errors, with their `code`.
 */
export async function getJson(url: string, extraCa: string | null): Promise<JsonAnswer> {
  const sentAt = Date.now();
  const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
  const options = {
    headers: { accept: 'application/json', 'cache-control': 'no-cache' },
    lookup: lookupLocalhost,
    signal,
    ...(extraCa === null ? {} : { ca: [...rootCertificates, extraCa] }),
  };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = url.startsWith('https:') ? requestHttps : requestHttp;
    request(url, options, resolve).once('error', reject).end();
  });
  const receivedAt = Date.now();
  const text = await readBody(response);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: parseJson(text),
    sentAt,
    receivedAt,
  };
}

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    bytes += chunk.length;
    // Not ours then, whatever it is; the part that came is no JSON and is told as that.
    if (bytes > BODY_BYTES_AT_MOST) break;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
