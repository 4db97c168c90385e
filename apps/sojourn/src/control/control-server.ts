import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { answerRequest } from './answer-request.js';
import type { ControlPorts } from './control-ports.js';
import { type ControlAnswer, parseControlRequest } from './control-request.js';

/** A request with a password of 1024 bytes is far below. */
const REQUEST_CHARACTERS_AT_MOST = 16_384;

/** The socket that commands speak to, while it is open. */
export interface ControlServer {
  close(): Promise<void>;
}

/**
 * Listens for commands of this operating system user, one request per connection.
 *
 * @param path A socket that an earlier server left is replaced: whoever holds the store's lock owns the name.
 * @param onFault Told of what a request ran into; its sender hears only that it failed.
 */
export async function startControlServer(
  path: string,
  ports: ControlPorts,
  onFault: (error: unknown) => void,
): Promise<ControlServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    answerSocket(socket, ports, onFault);
  });
  rmSync(path, { force: true });
  // The socket must never exist with wider permissions, not even between two calls.
  const umask = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, resolve);
    });
  } finally {
    process.umask(umask);
  }
  chmodSync(path, 0o600);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function answerSocket(socket: Socket, ports: ControlPorts, onFault: (error: unknown) => void): void {
  const gone = new AbortController();
  socket.once('close', () => gone.abort());
  // A command that was interrupted is no fault of the server.
  socket.on('error', () => {});
  const send = (answer: ControlAnswer) =>
    new Promise<void>((resolve) => {
      if (socket.destroyed || socket.write(`${JSON.stringify(answer)}\n`)) resolve();
      else {
        socket.once('drain', resolve);
        socket.once('close', resolve);
      }
    });
  let received = 0;
  socket.on('data', (chunk) => {
    received += chunk.length;
    if (received > REQUEST_CHARACTERS_AT_MOST) socket.destroy();
  });
  const lines = createInterface({ input: socket });
  // It passes the socket's errors on as its own, and one that nobody listens to would end the server.
  lines.on('error', () => {});
  lines.once('line', async (line) => {
    try {
      const request = parseControlRequest(line);
      if (request === null) {
        await send({
          refused: 'The running server does not know this command: it may be of another version.',
        });
      } else {
        await answerRequest(request, ports, send, gone.signal);
      }
    } catch (error) {
      onFault(error);
      await send({ refused: 'The running server could not do it; its log says why.' });
    }
    socket.end();
  });
}
