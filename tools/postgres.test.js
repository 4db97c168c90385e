import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { startPostgres } from './postgres.js';

/** @param {number} port */
async function answers(port) {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

test('a server of our own is killed, started again on the same port, and leaves nothing when it is stopped', async () => {
  const server = await startPostgres({ settings: { max_connections: '5' } });
  try {
    expect(await answers(server.port)).toBe(true);
    await server.kill('SIGKILL');
    // Processes of its own outlive it for a moment, and with them its socket and memory.
    await expect.poll(() => answers(server.port)).toBe(false);
    await vi.waitFor(() => server.restart(), { timeout: 60_000 });
    expect(await answers(server.port)).toBe(true);
  } finally {
    await server.stop();
  }
  await expect.poll(() => answers(server.port)).toBe(false);
  expect(existsSync(server.folder)).toBe(false);
});

test('a server ends with the process that started it, however that ends', async () => {
  const script = `
    import { startPostgres } from './postgres.js';
    const { port, folder } = await startPostgres();
    console.log(JSON.stringify({ port, folder }));
    setInterval(() => {}, 1_000);`;
  const starter = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface({ input: starter.stdout }), 'line');
  const { port, folder } = JSON.parse(line);
  expect(await answers(port)).toBe(true);
  // What a connection to a server hears of its end.
  const witness = connect(port, '127.0.0.1');
  await once(witness, 'connect');
  starter.kill('SIGKILL');
  witness.resume();
  witness.on('error', () => {});
  await once(witness, 'close');
  await expect.poll(() => existsSync(folder)).toBe(false);
  await expect.poll(() => answers(port)).toBe(false);
});
