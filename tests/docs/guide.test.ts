import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REASONS } from '@sojourn/protocol';
import { expect, test } from 'vitest';
import { runSojourn, SojournProcess } from '../command/sojourn-process.js';

const page = (name: string): string =>
  readFileSync(new URL(`../../docs/guide/${name}`, import.meta.url), 'utf8');
const matchesOf = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, found = '']) => found).sort();

test('every reason has a section of its own, and every section is a reason', () => {
  const sections = matchesOf(page('why-silent-authentication-fails.md'), /^### `([a-z-]+)`$/gm);
  expect(sections).toEqual(Object.keys(REASONS).sort());
});

test('the settings in the guide are those of the command, with the same names', async () => {
  const { stdout } = await runSojourn(['start', '--help']);
  const help = stdout.join('\n');
  const flags = matchesOf(help, /--([a-z-]+)=/g).filter((flag) => flag !== 'tenant');
  const guide = page('settings.md');
  expect(flags).not.toEqual([]);
  expect(matchesOf(guide, /^\| `--([a-z-]+)` \|/gm)).toEqual(flags);
  expect(matchesOf(guide, /^\| `--[a-z-]+` \| `(SOJOURN_[A-Z_]+)`/gm)).toEqual(
    matchesOf(help, /\((SOJOURN_[A-Z_]+)\)/g),
  );
});

test('the example of a tenant file loads without a warning', async () => {
  const [, yaml = ''] = /```yaml\n(.*?)```/s.exec(page('tenant-file.md')) ?? [];
  const folder = mkdtempSync(join(tmpdir(), 'sojourn-docs-'));
  const file = join(folder, 'tenant.yaml');
  writeFileSync(file, yaml);
  const sojourn = new SojournProcess(
    ['start', '--port', '0', '--database-url', 'sqlite::memory:', '--tenant', file],
    {},
  );
  try {
    await sojourn.issuer();
    expect(sojourn.stderr.filter((line) => line.startsWith('warning'))).toEqual([]);
    expect(sojourn.stderr.join('\n')).toContain('client "Harbour Desk": client_secret');
  } finally {
    sojourn.child.kill('SIGKILL');
    await sojourn.ended();
    rmSync(folder, { recursive: true });
  }
});
