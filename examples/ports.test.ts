import { createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { findPorts } from './ports.js';

/** Holds a free port for the rest of the test. */
async function holdPort(host: string): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return (server.address() as { port: number }).port;
}

describe('findPorts', () => {
  test('a taken port moves to the next free one that no other name prefers', async () => {
    const taken = await holdPort('127.0.0.1');
    const ports = await findPorts({ server: taken, shop: taken + 1 });
    expect(ports.server).toBeGreaterThan(taken + 1);
  });

  test('a port that somebody holds on ::1 is taken: browsers try it first for localhost', async () => {
    const taken = await holdPort('::1').catch(() => null);
    if (taken === null) return; // a machine without IPv6
    expect((await findPorts({ server: taken })).server).not.toBe(taken);
  });

  test('0 takes any free port, a different one for each name', async () => {
    const ports = Object.values(await findPorts({ a: 0, b: 0, c: 0 }));
    expect(new Set(ports).size).toBe(3);
    expect(ports.every((port) => port > 0)).toBe(true);
  });
});
