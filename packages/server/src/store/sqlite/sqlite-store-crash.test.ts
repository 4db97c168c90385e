import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openStore } from '../open-store.js';
import { aSession, aUser } from '../store-samples.js';

const SERVER = fileURLToPath(new URL('../../../', import.meta.url));

/** Saves codes without end, ten at a time, and says which were answered. */
const WRITER = `
import { createViteServer } from 'vitest/node';
const vite = await createViteServer({
  root: ${JSON.stringify(SERVER)}, configFile: false, appType: 'custom', logLevel: 'silent',
  server: { middlewareMode: true, watch: null, ws: false }, optimizeDeps: { noDiscovery: true },
});
const { openStore } = await vite.ssrLoadModule('/src/store/open-store.ts');
const { aCode } = await vite.ssrLoadModule('/src/store/store-samples.ts');
const store = await openStore('sqlite:' + process.env.FILE);
for (let batch = 0; ; batch += 1) {
  await Promise.all(Array.from({ length: 10 }, async (_, index) => {
    const code = aCode(batch + '-' + index);
    const saved = await store.saveAuthorizationCode({ code, finishes: null, touch: false });
    if (saved === 'saved') process.stdout.write(code.codeHash + '\\n');
  }));
}`;

test('M01: after SIGKILL in the midst of writing, everything that was answered is there, and the file is whole', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sojourn-crash-'));
  const file = join(folder, 'sojourn.db');
  try {
    const first = await openStore(`sqlite:${file}`);
    await first.createUser(aUser('mira'), []);
    await first.startSession({ session: aSession('sid-1'), replaces: null, events: [] });
    await first.close();

    const writer = spawn(process.execPath, ['--input-type=module', '-e', WRITER], {
      cwd: SERVER,
      env: { ...process.env, FILE: file },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const acknowledged: string[] = [];
    for await (const line of createInterface({ input: writer.stdout })) {
      acknowledged.push(line);
      if (acknowledged.length === 300) writer.kill('SIGKILL');
    }
    if (writer.exitCode === null && writer.signalCode === null) await once(writer, 'exit');
    expect(writer.signalCode).toBe('SIGKILL');

    // The dead process's lock went with it.
    const store = await openStore(`sqlite:${file}`);
    const lost: string[] = [];
    for (const codeHash of acknowledged)
      if ((await store.findAuthorizationCode(codeHash)) === null) lost.push(codeHash);
    expect(lost).toEqual([]);
    expect(acknowledged.length).toBeGreaterThanOrEqual(300);
    await store.beat(0);
    await store.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
