import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { REASONS } from '@sojourn/protocol';
import { expect, test } from 'vitest';
import { runSojourn, SojournProcess } from '../command/sojourn-process.js';

const fromRoot = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const page = (name: string): string => readFileSync(fromRoot(`docs/guide/${name}`), 'utf8');
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

/** Loads a tenant file into a server of its own, and gives what that wrote to standard error. */
async function load(yaml: string): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sojourn-docs-'));
  const file = join(folder, 'tenant.yaml');
  writeFileSync(file, yaml);
  const sojourn = new SojournProcess(
    ['start', '--port', '0', '--database-url', 'sqlite::memory:', '--tenant', file],
    {},
  );
  try {
    await sojourn.issuer();
    return [...sojourn.stderr];
  } finally {
    sojourn.child.kill('SIGKILL');
    await sojourn.ended();
    rmSync(folder, { recursive: true });
  }
}

const isWarning = (line: string) => line.startsWith('warning');

test('the example of a tenant file loads without a warning', async () => {
  const [, yaml = ''] = /```yaml\n(.*?)```/s.exec(page('tenant-file.md')) ?? [];
  const stderr = await load(yaml);
  expect(stderr.filter(isWarning)).toEqual([]);
  expect(stderr.join('\n')).toContain('client "Harbour Desk": client_secret');
});

test('the entries of which-flow are one tenant file that loads without a warning', async () => {
  const sections = new Map<string, string>();
  for (const [, block = ''] of page('which-flow.md').matchAll(/```yaml\n(.*?)```/gs)) {
    for (const [, name = '', entries = ''] of block.matchAll(/^(\w+):\n((?: .*\n)+)/gm)) {
      sections.set(name, (sections.get(name) ?? '') + entries);
    }
  }
  expect([...sections.keys()].sort()).toEqual(['clientGrants', 'clients', 'resourceServers']);
  const stderr = await load([...sections].map(([name, entries]) => `${name}:\n${entries}`).join(''));
  expect(stderr.filter(isWarning)).toEqual([]);
});

/** As GitHub makes them from headings. */
function anchorsOf(text: string): Set<string> {
  const headings = text.matchAll(/^#+ (.*)$/gm);
  return new Set(
    [...headings].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

const PAGES = [
  ...['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'examples/README.md'],
  ...['guide', 'guide/clients', 'decisions'].flatMap((folder) =>
    readdirSync(fromRoot(`docs/${folder}`))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${folder}/${name}`),
  ),
];

test.each(PAGES)('every link of %s leads somewhere', (path) => {
  const text = readFileSync(fromRoot(path), 'utf8').replace(/```.*?```/gs, '');
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  const dead = targets.filter((target) => {
    if (/^https?:/.test(target)) return false;
    const [file = '', anchor] = target.split('#');
    const found = file === '' ? path : join(dirname(path), file);
    if (!existsSync(fromRoot(found))) return true;
    return anchor !== undefined && !anchorsOf(readFileSync(fromRoot(found), 'utf8')).has(anchor);
  });
  expect(dead).toEqual([]);
});
