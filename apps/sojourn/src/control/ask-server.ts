import { createConnection, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { ControlAnswer, ControlRequest } from './control-request.js';

/**
 * Sends a request to the server that listens on a socket.
 *
 * @returns Its answer line by line; `null` where no server runs.
 */
export async function askServer(
  path: string,
  request: ControlRequest,
): Promise<AsyncIterable<ControlAnswer> | null> {
  const socket = await connect(path);
  if (socket === null) return null;
  socket.write(`${JSON.stringify(request)}\n`);
  return readAnswers(socket);
}

function connect(path: string): Promise<Socket | null> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    socket.once('connect', () => resolve(socket));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      // Nobody listens: the file is absent, or left from a server that was killed.
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') resolve(null);
      else reject(error);
    });
  });
}

async function* readAnswers(socket: Socket): AsyncGenerator<ControlAnswer> {
  try {
    for await (const line of createInterface({ input: socket })) yield JSON.parse(line) as ControlAnswer;
  } finally {
    socket.destroy();
  }
}
