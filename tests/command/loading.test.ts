import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runSojourn, SojournProcess } from './sojourn-process.js';

let folder: string;
let store: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sojourn-loading-'));
  store = ['--database-url', `sqlite:${join(folder, 'sojourn.db')}`];
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The scripts that a command loads, as V8 itself lists them. */
async function scriptsOf(args: readonly string[]): Promise<string[]> {
  const coverage = mkdtempSync(join(folder, 'coverage-'));
  const run = await runSojourn(args, { env: { NODE_V8_COVERAGE: coverage } });
  expect(run.code).toBe(0);
  return readdirSync(coverage).flatMap((file) =>
    JSON.parse(readFileSync(join(coverage, file), 'utf8')).result.map(({ url }: { url: string }) => url),
  );
}

const LIBRARY = /\/server\/(dist|src)\/index\.[jt]s$/;
const SERVER = /\/(authorization-server\.[jt]s|node_modules\/(fastify|eta|pg)\/.*)$/;

test('a command that a running server answers loads no part of the server', async () => {
  const sojourn = new SojournProcess(['start', ...store, '--port', '0']);
  try {
    await sojourn.issuer();
    const scripts = await scriptsOf(['sessions', 'list', ...store]);
    expect(scripts.some((url) => url.endsWith('/sessions-command.js'))).toBe(true);
    expect(scripts.filter((url) => LIBRARY.test(url) || SERVER.test(url))).toEqual([]);
  } finally {
    sojourn.child.kill('SIGTERM');
    await sojourn.ended();
  }

  // Where none runs the command does it on the store itself, and still needs neither pages nor sockets.
  const scripts = await scriptsOf(['sessions', 'list', ...store]);
  expect(scripts.some((url) => LIBRARY.test(url))).toBe(true);
  expect(scripts.filter((url) => SERVER.test(url))).toEqual([]);
});

test('the help of all commands loads no part of the server', async () => {
  const scripts = await scriptsOf(['--help']);
  expect(scripts.some((url) => url.endsWith('/start-command.js'))).toBe(true);
  expect(scripts.filter((url) => LIBRARY.test(url) || SERVER.test(url))).toEqual([]);
});
