import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { type AddressInfo, isIP, type Socket } from 'node:net';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Handler, HttpRequest, HttpResponse } from './request.js';

/** A request's head and body may take this long to arrive, and be this big. @see security.md 87 */
const HEADERS_WITHIN_MS = 10_000;
const REQUEST_WITHIN_MS = 15_000;
/** How often Node looks whose time is over. Its default of 30 s would make 10 and 15 seconds 40 and 45. */
const LOOK_EVERY_MS = 500;
const LARGEST_BODY = 64 * 1024;

/** Where to listen, and whom to believe about where a request came from. */
export interface ListenerOptions {
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Addresses or ranges whose `X-Forwarded-For` is believed. None by default. @see security.md 89 */
  readonly trustedProxies?: readonly string[];
  /** Until a request's head, and the whole of it, must have come, in milliseconds. Default: 10,000 and 15,000. */
  readonly patience?: { readonly headMs: number; readonly wholeMs: number };
}

/** A socket that is open. It answers 503 until it is told with what to answer. */
export interface HttpListener {
  readonly port: number;
  /** Until this is called, every request is answered 503. */
  answerWith(handler: Handler): void;
  /** Stops accepting and lets what runs finish, for at most this long. */
  close(deadlineMs: number): Promise<void>;
}

/** Opens the port. Fastify gives sockets, limits and lifecycle; it parses nothing. */
export async function startHttpListener(options: ListenerOptions): Promise<HttpListener> {
  const { host, port, tls, trustedProxies = [] } = options;
  const { headMs, wholeMs } = options.patience ?? { headMs: HEADERS_WITHIN_MS, wholeMs: REQUEST_WITHIN_MS };
  const watch = { connectionsCheckingInterval: LOOK_EVERY_MS };
  let answer: Handler = async () => ({ status: 503, headers: { 'retry-after': '1' }, body: '' });
  const app = Fastify({
    bodyLimit: LARGEST_BODY,
    requestTimeout: wholeMs,
    connectionTimeout: 0,
    keepAliveTimeout: 72_000,
    forceCloseConnections: 'idle',
    // What still comes while it closes is answered by the handler: Fastify's own 503 is JSON, at which published SDKs drop
    // their refresh token.
    return503OnClosing: false,
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    routerOptions: { querystringParser: () => ({}) },
    // A path that is no URL ends before any route; Fastify's own answer would repeat it.
    frameworkErrors: refuse,
    ...(tls ? { https: { cert: tls.cert, key: tls.key, ...watch } } : { http: watch }),
  } as object) as unknown as FastifyInstance;
  app.server.headersTimeout = headMs;
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  let isClosing = false;
  app.all('/*', async (request, reply) => {
    const response = await answer(toHttpRequest(request));
    // Otherwise a connection that was busy at the signal would stay until the deadline.
    if (isClosing) reply.raw.setHeader('connection', 'close');
    return send(reply, response);
  });
  app.setErrorHandler(refuse);
  app.setNotFoundHandler((_request, reply) => refuse({ statusCode: 404 }, _request, reply));
  // Browsers and clients open connections ahead of need. One that has asked nothing counts as busy to Node.
  const unasked = new Set<Socket>();
  app.server.on(tls ? 'secureConnection' : 'connection', (socket: Socket) => {
    unasked.add(socket);
    socket.once('close', () => unasked.delete(socket));
  });
  app.server.on('request', ({ socket }: IncomingMessage) => unasked.delete(socket));
  await app.listen({ host, port });

  return {
    port: (app.server.address() as AddressInfo).port,
    answerWith: (handler) => {
      answer = handler;
    },
    close: async (deadlineMs) => {
      isClosing = true;
      const deadline = setTimeout(() => app.server.closeAllConnections(), deadlineMs).unref();
      const closed = app.close();
      for (const socket of unasked) socket.destroy();
      await closed;
      clearTimeout(deadline);
    },
  };
}

/** Only sizes, times, methods and malformed heads end here; handlers answer their own faults. @see security.md 88 */
function refuse(error: { statusCode?: number }, _request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const status = error.statusCode !== undefined && error.statusCode < 500 ? error.statusCode : 500;
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .type('application/json')
    .send('{"error":"invalid_request"}');
}

function toHttpRequest(request: FastifyRequest): HttpRequest {
  const { url = '/' } = request.raw;
  const question = url.indexOf('?');
  return {
    method: request.method,
    path: question === -1 ? url : url.slice(0, question),
    rawQuery: question === -1 ? '' : url.slice(question + 1),
    header: (name) => {
      const value = request.headers[name];
      return Array.isArray(value) ? value[0] : value;
    },
    rawBody: typeof request.body === 'string' ? request.body : '',
    // A proxy that is believed may pass on what its client wrote.
    peerAddress: isIP(request.ip) === 0 ? (request.socket.remoteAddress ?? '') : request.ip,
  };
}

/**
 * Writes the answer to the socket. Fastify's own way would add a type to an empty body, which oidc-client-ts refuses in
 * an answer to a revocation, and costs more than the answer.
 */
function send(reply: FastifyReply, { status, headers, body }: HttpResponse): FastifyReply {
  const { raw } = reply;
  const hasBody = status !== 204 && status !== 304;
  // Before the reply is taken over: what no header can carry throws here, and is still answered.
  raw.writeHead(
    status,
    (hasBody ? { 'content-length': Buffer.byteLength(body), ...headers } : headers) as OutgoingHttpHeaders,
  );
  reply.hijack();
  raw.end(hasBody ? body : undefined);
  return reply;
}
