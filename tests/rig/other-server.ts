import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type Certificate, makeCertificate } from './certificate.js';

/** Somebody else's web server, over TLS, that the authorization server may be sent to. */
export interface OtherServer {
  /** `https://localhost:PORT` */
  readonly origin: string;
  readonly port: number;
  readonly certificate: Certificate;
  /** What it was asked, `GET /path`. */
  readonly requests: string[];
  /** Headers of the last request. */
  lastHeaders(): Readonly<Record<string, unknown>>;
  /** How many connections were made to it. */
  connections(): number;
  answer(path: string, handler: (request: IncomingMessage, response: ServerResponse) => void): void;
  /** The same, with a JSON document. */
  serve(path: string, value: unknown): void;
  stop(): Promise<void>;
}

export async function startOtherServer(): Promise<OtherServer> {
  const certificate = await makeCertificate();
  const handlers = new Map<string, (request: IncomingMessage, response: ServerResponse) => void>();
  const requests: string[] = [];
  let connections = 0;
  let headers = {};
  const server = createServer(certificate, (request, response) => {
    requests.push(`${request.method} ${request.url}`);
    headers = request.headers;
    const handler = handlers.get(request.url ?? '');
    if (handler === undefined) response.writeHead(404).end();
    else handler(request, response);
  });
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const answer: OtherServer['answer'] = (path, handler) => {
    handlers.set(path, handler);
  };
  return {
    origin: `https://localhost:${port}`,
    port,
    certificate,
    requests,
    lastHeaders: () => headers,
    connections: () => connections,
    answer,
    serve: (path, value) =>
      answer(path, (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
      }),
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
