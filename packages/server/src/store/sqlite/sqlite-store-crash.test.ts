import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openStore } from '../open-store.js';
import { aSessionBegin, aUser } from '../store-samples.js';
import type { Writer } from './writer.js';

const SERVER = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * Saves codes ten at a time, says which were answered, and ends while a batch is under way; without `ENDS_AT`, never, but
 * with the process that reads it: its input is a pipe that closes then.
 */
const WRITER = `
process.stdin.on('close', () => process.exit(9)).resume();
import { createViteServer } from 'vitest/node';
const vite = await createViteServer({
  root: ${JSON.stringify(SERVER)}, configFile: false, appType: 'custom', logLevel: 'silent',
  server: { middlewareMode: true, watch: null, ws: false }, optimizeDeps: { noDiscovery: true },
});
const { openStore } = await vite.ssrLoadModule('/src/store/open-store.ts');
const { aCode } = await vite.ssrLoadModule('/src/store/store-samples.ts');
const store = await openStore(process.env.STORE);
for (let batch = 0; ; batch += 1) {
  if (String(batch) === process.env.ENDS_AT) setImmediate(() => setImmediate(() => process.exit(7)));
  await Promise.all(Array.from({ length: 10 }, async (_, index) => {
    const code = aCode(batch + '-' + index);
    const saved = await store.saveAuthorizationCode({ code, finishes: null, touch: false });
    if (saved === 'saved') process.stdout.write(code.codeHash + '\\n');
  }));
}`;

let folder: string;
let file: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sojourn-crash-'));
  file = join(folder, 'sojourn.db');
  const store = await openStore(`sqlite:${file}`);
  await store.createUser(aUser('mira'), []);
  await store.beginSession(aSessionBegin('sid-1'));
  await store.close();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Starts the writer, and tells how it ended and which codes it said were saved. */
async function runWriter(
  writer: Writer,
  { endsAt, onSaved }: { endsAt?: number; onSaved?: (count: number, child: ChildProcess) => void },
): Promise<{ ended: number | NodeJS.Signals | null; saved: readonly string[] }> {
  const STORE = `sqlite:${file}?writer=${writer}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', WRITER], {
    cwd: SERVER,
    env: { ...process.env, STORE, ENDS_AT: String(endsAt) },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const saved: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    saved.push(line);
    onSaved?.(saved.length, child);
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return { ended: child.signalCode ?? child.exitCode, saved };
}

async function findLost(saved: readonly string[]): Promise<string[]> {
  const store = await openStore(`sqlite:${file}`);
  const lost: string[] = [];
  for (const codeHash of saved)
    if ((await store.findAuthorizationCode(codeHash)) === null) lost.push(codeHash);
  await store.beat(0);
  await store.close();
  return lost;
}

describe.each<Writer>(['main', 'thread'])('writer=%s', (writer) => {
  test('M01: after SIGKILL in the midst of writing, everything that was answered is there, and the file is whole', async () => {
    const { ended, saved } = await runWriter(writer, {
      onSaved: (count, child) => {
        if (count === 300) child.kill('SIGKILL');
      },
    });
    expect(ended).toBe('SIGKILL');
    expect(saved.length).toBeGreaterThanOrEqual(300);
    // The dead process's lock went with it.
    expect(await findLost(saved)).toEqual([]);
  });

  test('a process that ends in the midst of writing ends as it said, with everything that was answered', async () => {
    const { ended, saved } = await runWriter(writer, { endsAt: 30 });
    expect(ended).toBe(7);
    expect(saved.length).toBeGreaterThanOrEqual(300);
    expect(await findLost(saved)).toEqual([]);
  });
});
