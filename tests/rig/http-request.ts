import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

/** An answer, whole. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/**
 * One HTTP request with exactly these headers. Node's `fetch` will not do: it writes `Sec-Fetch-Mode: cors` over
 * whatever it is given, so it can speak for no browser.
 */
export async function httpRequest(
  method: string,
  url: string,
  headers: Readonly<Record<string, string>> = {},
  body: string | null = null,
): Promise<Answer> {
  const send = url.startsWith('https:') ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const sent = send(url, { method, headers: { ...headers }, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const received = new Headers();
        for (let index = 0; index < response.rawHeaders.length; index += 2)
          received.append(response.rawHeaders[index] ?? '', response.rawHeaders[index + 1] ?? '');
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: response.statusCode ?? 0, headers: received, text });
      });
    });
    sent.on('error', reject);
    sent.end(body ?? undefined);
  });
}
