import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const fromRoot = (path: string): string => join(import.meta.dirname, '../..', path);

/** What a reader copies: sources, builds and tenant files. Locks and our own suites he leaves. */
const COPIED = /\.(?:py|go|rs|java|rb|php|yaml|conf|toml|xml|mod|cfg)$|requirements\.txt$/;

function filesOfLanguage(language: string): string[] {
  const entries = readdirSync(fromRoot(`tests/foreign/${language}`), { recursive: true, encoding: 'utf8' });
  return entries.filter((path) => COPIED.test(path) && !path.startsWith('target/'));
}

const languages = readdirSync(fromRoot('tests/foreign'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'rig')
  .map(({ name }) => name);

test.each(languages)('every file that the %s suite tries stands whole on its page', (language) => {
  const page = readFileSync(fromRoot(`docs/guide/clients/${language}.md`), 'utf8');
  const shown = [...page.matchAll(/^```\w+ (\S+)$/gm)].map(([, path]) => path);
  expect(shown.sort()).toEqual(
    filesOfLanguage(language)
      .map((path) => `${language}/${path}`)
      .sort(),
  );
});

test('the list of languages links every page', () => {
  const list = readFileSync(fromRoot('docs/guide/clients/README.md'), 'utf8');
  const pages = readdirSync(fromRoot('docs/guide/clients')).filter((name) => name !== 'README.md');
  expect(pages.filter((name) => !list.includes(`](${name})`))).toEqual([]);
});
