import { createServer } from 'node:http';

/**
 * Serves on 127.0.0.1. Browsers send every `*.localhost` name there by themselves.
 *
 * @param {import('node:http').RequestListener} handler
 * @param {number} port
 * @returns {Promise<{ port: number, stop: () => Promise<void> }>}
 */
export async function listen(handler, port) {
  const server = createServer(handler);
  await new Promise((/** @type {(value: void) => void} */ resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
  return {
    port: /** @type {import('node:net').AddressInfo} */ (server.address()).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        // Browsers keep connections open for minutes.
        server.closeAllConnections();
      }),
  };
}
