import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An application behind a proxy, which knows of a person only what the proxy says: it shows the headers it gets. */
export async function startEcho(): Promise<{ origin: string; stop: () => Promise<void> }> {
  const server = createServer((request, response) => response.end(JSON.stringify(request.headers)));
  server.listen(0, 'localhost');
  await once(server, 'listening');
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
