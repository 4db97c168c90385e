import { spawn } from 'node:child_process';
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

export type Version = 'v3' | 'v4';

/** A built Next application, served by the Next of its own folder as `next start` does. */
export interface NextServer {
  /** Hands a request on to it, as a proxy that ends TLS does. */
  readonly answer: (request: IncomingMessage, response: ServerResponse) => void;
  stop(): Promise<void>;
}

export async function startNext(
  version: Version,
  env: Readonly<Record<string, string>>,
): Promise<NextServer> {
  const manifest = fileURLToPath(new URL(`../compat/next/${version}/package.json`, import.meta.url));
  const next = createRequire(manifest).resolve('next/dist/bin/next');
  const child = spawn(process.execPath, [next, 'start', '--port', '0', '--hostname', '127.0.0.1'], {
    cwd: dirname(manifest),
    env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // It outlives nobody, whatever becomes of the test.
  const end = () => child.kill('SIGTERM');
  process.once('exit', end);
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  const port = await new Promise<number>((resolve, reject) => {
    let output = '';
    let address: number | null = null;
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      const shown = /http:\/\/127\.0\.0\.1:(\d+)/.exec(output)?.[1];
      if (shown !== undefined) address = Number(shown);
      if (address !== null && output.includes('Ready in')) resolve(address);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('error', reject);
    child.on('close', () => reject(new Error(`Next ended: ${output}`)));
  });

  return {
    answer: (incoming, response) => {
      const { method, url, headers } = incoming;
      const forwarded = { 'x-forwarded-proto': 'https', 'x-forwarded-host': headers.host };
      const target = { host: '127.0.0.1', port, method, path: url, headers: { ...headers, ...forwarded } };
      const handedOn = request(target, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
        answer.pipe(response);
      });
      handedOn.on('error', () => response.destroy());
      incoming.pipe(handedOn);
    },
    stop: async () => {
      end();
      await ended;
      process.off('exit', end);
    },
  };
}
