import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import type { Certificate } from './certificate.js';

/** The published file, byte for byte. */
const SDK = readFileSync(
  join(
    dirname(createRequire(import.meta.url).resolve('@auth0/auth0-spa-js/package.json')),
    'dist/auth0-spa-js.production.js',
  ),
);

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** What somebody posted to a site. */
export interface Post {
  readonly url: string;
  readonly fields: URLSearchParams;
}

/**
 * Every site that is not the authorization server, on one port: which one answers is in the `Host` header. Where
 * nothing else was put, a site answers with a page that loads the published auth0-spa-js and keeps every message.
 */
export interface Sites {
  /** The origin of a name: `https://a.test:PORT`. */
  origin(name: string): string;
  /** Puts a page at an address. */
  put(url: string, html: string): void;
  /** Hands a whole site to a server-rendered application. */
  mount(name: string, handler: Handler): void;
  readonly posts: readonly Post[];
  close(): Promise<void>;
}

const APPLICATION = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Application</title>
<link rel="icon" href="data:,"><script src="/auth0-spa-js.production.js"></script>
<script>window.received = []; addEventListener('message', ({ origin, data }) => received.push({ origin, data }));</script>
</head><body></body></html>`;

export async function startSites(certificate: Certificate | null): Promise<Sites> {
  const pages = new Map<string, string>();
  const mounted = new Map<string, Handler>();
  const posts: Post[] = [];
  const scheme = certificate ? 'https' : 'http';

  const answer: Handler = async (request, response) => {
    const host = request.headers.host ?? '';
    const handler = mounted.get(host.split(':', 1)[0] ?? '');
    if (handler) return handler(request, response);
    const path = (request.url ?? '/').split('?', 1)[0];
    if (request.method === 'POST') {
      let body = '';
      for await (const chunk of request) body += chunk;
      posts.push({ url: `${scheme}://${host}${request.url}`, fields: new URLSearchParams(body) });
    }
    if (path === '/auth0-spa-js.production.js') {
      response.writeHead(200, { 'content-type': 'text/javascript', 'cache-control': 'max-age=600' }).end(SDK);
      return;
    }
    const html = pages.get(`${scheme}://${host}${path}`) ?? APPLICATION;
    response.writeHead(200, { 'content-type': 'text/html', 'cache-control': 'no-store' }).end(html);
  };

  const server = certificate ? createSecureServer(certificate, answer) : createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: (name) => `${scheme}://${name}:${port}`,
    put: (url, html) => pages.set(url, html),
    mount: (name, handler) => mounted.set(name, handler),
    posts,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
