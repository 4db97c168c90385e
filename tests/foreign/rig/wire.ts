import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Authority } from './authority.js';

/** One request and what the server answered, whether or not the answer arrived. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly requestHeaders: IncomingHttpHeaders;
  readonly sent: string;
  readonly status: number;
  readonly received: string;
  readonly isLost: boolean;
}

/** What happens to answers on their way. */
interface Weather {
  /** The next answer to a refresh is lost: the server has done it, and the connection ends without a word. */
  losesNextRefresh: boolean;
  /** Signatures of ID tokens are changed under way, as a thief of the connection would have to. */
  changesSignatures: boolean;
}

/** Everything arrives as it was sent. */
export const FAIR: Readonly<Weather> = { losesNextRefresh: false, changesSignatures: false };

/**
 * The wire between the clients and the server: everything passes as it is and is written down. It is the one place where
 * an answer can be lost, or a token changed, for a program that nobody may touch.
 */
export class Wire {
  readonly exchanges: Exchange[] = [];
  readonly weather: Weather = { ...FAIR };
  readonly #server;
  readonly #authority: Authority;
  #target = 0;

  /** @param authority signed the certificate that clients see, and the one of the server itself. */
  constructor(authority: Authority) {
    this.#authority = authority;
    this.#server = createServer({ cert: authority.cert, key: authority.key }, (incoming, response) => {
      this.#carry(incoming, response).catch(() => response.destroy());
    });
  }

  /** @returns the address that clients know the server by: the issuer. */
  async listen(): Promise<string> {
    this.#server.listen(0, 'localhost');
    await once(this.#server, 'listening');
    return `https://localhost:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** @param port where the server itself listens. */
  leadTo(port: number): void {
    this.#target = port;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  /** Requests of one path since the last call of {@link forget}, in order of their answers. */
  of(path: string): Exchange[] {
    return this.exchanges.filter((exchange) => exchange.path.split('?')[0] === path);
  }

  /** Refreshes that the server granted or refused. */
  refreshes(): Exchange[] {
    return this.of('/oauth/token').filter(isRefresh);
  }

  forget(): void {
    this.exchanges.length = 0;
  }

  async #carry(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const sent = await bodyOf(incoming);
    const { method = 'GET', url: path = '/', headers, rawHeaders } = incoming;
    const answer = await this.#ask({ method, path, rawHeaders, sent });
    const received = await bodyOf(answer);
    const status = answer.statusCode ?? 502;
    const exchange = { method, path, requestHeaders: headers, sent, status, received, isLost: false };
    const isLost = this.weather.losesNextRefresh && isRefresh(exchange);
    this.exchanges.push({ ...exchange, isLost });
    if (isLost) {
      this.weather.losesNextRefresh = false;
      response.destroy();
      return;
    }
    const text = this.weather.changesSignatures ? withOtherSignatures(received) : received;
    // The length is that of what is sent now; hop-by-hop headers are between this wire and the server.
    const passed = pairsOf(answer.rawHeaders).filter(([name]) => !HOP_BY_HOP.test(name));
    response.writeHead(status, [...passed, ['Content-Length', String(Buffer.byteLength(text))]].flat());
    response.end(method === 'HEAD' ? '' : text);
  }

  #ask({ method, path, rawHeaders, sent }: Asked): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const asked = request(
        {
          ...{ host: '127.0.0.1', servername: 'localhost', port: this.#target, ca: this.#authority.ca },
          ...{ method, path, headers: rawHeaders, agent: false },
        },
        resolve,
      );
      asked.on('error', reject);
      asked.end(sent);
    });
  }
}

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly rawHeaders: readonly string[];
  readonly sent: string;
}

const HOP_BY_HOP = /^(?:content-length|connection|keep-alive|transfer-encoding)$/i;

function pairsOf(rawHeaders: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let index = 0; index < rawHeaders.length; index += 2)
    pairs.push([rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '']);
  return pairs;
}

function isRefresh({ path, sent }: Pick<Exchange, 'path' | 'sent'>): boolean {
  return path === '/oauth/token' && /"?grant_type"?\s*[=:]\s*"?refresh_token/.test(sent);
}

/** Another first letter of the signature, so that its length and alphabet stay. */
function withOtherSignatures(body: string): string {
  return body.replace(/("id_token":"[\w-]+\.[\w-]+\.)(\w)/, (_, before: string, letter: string) =>
    before.concat(letter === 'A' ? 'B' : 'A'),
  );
}

async function bodyOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
