import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import type { Installation } from './installation.js';
import type { Entry } from './ledger.js';

/** A server that lives answers within this; to its clients, one that does not is as good as dead. */
const ANSWER_WITHIN_MS = 10_000;

export interface Response {
  readonly status: number;
  readonly headers: Readonly<IncomingHttpHeaders>;
  readonly text: string;
}

/** No connection was made; or it ended before the whole answer had come. */
export type Loss = 'no connection' | 'connection cut';

/** The ledger as it is written, and the connections of all who write in it. */
export class Traffic {
  readonly installation: Installation;
  readonly entries: Entry[] = [];
  readonly #agent = new Agent({ keepAlive: true });
  #observations = 0;

  constructor(installation: Installation) {
    this.installation = installation;
  }

  /** The number of the next thing that is sent or heard. */
  observe(): number {
    this.#observations += 1;
    return this.#observations;
  }

  async post(
    path: string,
    fields: Readonly<Record<string, string>>,
    userAgent: string,
  ): Promise<Response | Loss> {
    const body = new URLSearchParams(fields).toString();
    const headers = {
      'user-agent': userAgent,
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': String(body.length),
    };
    return this.#send('POST', path, headers, body);
  }

  async get(path: string, headers: Readonly<Record<string, string>>): Promise<Response | Loss> {
    return this.#send('GET', path, headers, '');
  }

  close(): void {
    this.#agent.destroy();
  }

  #send(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body: string,
  ): Promise<Response | Loss> {
    const url = new URL(path, this.installation.nextAddress());
    return new Promise((resolve) => {
      const lost = (error?: NodeJS.ErrnoException) =>
        resolve(error?.code === 'ECONNREFUSED' ? 'no connection' : 'connection cut');
      const sent = request(url, { method, headers: { ...headers }, agent: this.#agent }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('error', lost);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
        );
      });
      sent.setTimeout(ANSWER_WITHIN_MS, () => sent.destroy());
      sent.on('error', lost);
      // After everything else: a connection that was cut in the middle of an answer.
      sent.on('close', () => lost());
      sent.end(body);
    });
  }
}
