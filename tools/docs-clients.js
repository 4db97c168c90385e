import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.js';

const PAGES = 'docs/guide/clients';
const FILES = 'tests/foreign';

/**
 * The guide's pages about clients of other languages, with every file in them as `npm run test:foreign` runs it.
 *
 * @returns {Record<string, string>} By path.
 */
export function clientPages() {
  const names = readdirSync(join(root, PAGES)).filter((name) => name.endsWith('.md'));
  return Object.fromEntries(
    names.map((name) => {
      const text = readFileSync(join(root, PAGES, name), 'utf8');
      return [`${PAGES}/${name}`, fillFiles(text, (path) => readFileSync(join(root, FILES, path), 'utf8'))];
    }),
  );
}

/**
 * Puts files into the blocks that name one behind their language: "```go go/api/main.go". Other blocks stay.
 *
 * @param {string} page
 * @param {(path: string) => string} read
 */
export function fillFiles(page, read) {
  return page.replace(
    /^(```\w+ (\S+)\n)[\s\S]*?^```$/gm,
    (_, opening, path) => `${opening}${read(path).trimEnd()}\n\`\`\``,
  );
}
