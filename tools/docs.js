import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { clientPages } from './docs-clients.js';
import { commentsOf, fieldsOf } from './docs-schema.js';
import { SECTIONS, STANDARD_CLAIM, WRITTEN_BY_THE_SERVER, wordsFrom } from './docs-words.js';
import { root } from './root.js';
import { runTool } from './run-tool.js';
import { prepareWorkspace } from './workspace.js';

/** @typedef {{ path: string, form: string, default: string, meaning: string }} Row */

/** Where the schema of each section is: module of `packages/server/src/configuration`, and constant. */
const SCHEMAS = {
  tenant: ['tenant-entry', 'tenantEntry'],
  branding: ['tenant-entry', 'brandingEntry'],
  databases: ['tenant-entry', 'databaseEntry'],
  resourceServers: ['resource-server-entry', 'resourceServerEntry'],
  clients: ['client-entry', 'clientEntry'],
  clientGrants: ['resource-server-entry', 'clientGrantEntry'],
  users: ['user-entry', 'userEntry'],
};

const GENERATED = '<!-- Written by `npm run docs` from the schemas. Change those, not this. -->';

await runTool(async () => {
  const onlyChecks = process.argv.includes('--check');
  // Tests check what was built for them.
  if (!onlyChecks) await prepareWorkspace();
  const pages = {
    'docs/guide/settings.md': await settingsPage(),
    'docs/guide/tenant-file-reference.md': await tenantFilePage(),
    ...clientPages(),
  };
  const stale = Object.entries(pages).filter(([path, text]) => readIfThere(join(root, path)) !== text);
  for (const [path, text] of stale) {
    if (!onlyChecks) writeFileSync(join(root, path), text);
    console.log(onlyChecks ? `${path} is not what its sources say: run npm run docs.` : `wrote ${path}`);
  }
  if (stale.length === 0) console.log('The guide is what its sources say.');
  return onlyChecks && stale.length > 0 ? 1 : 0;
});

async function settingsPage() {
  const { SETTING_DEFINITIONS, variableOf } = await load('apps/sojourn/dist/settings/setting-definitions.js');
  const rows = Object.entries(SETTING_DEFINITIONS).map(([name, definition]) => {
    const said = splitDefault(definition.description);
    const standard = definition.default === undefined ? said.default : `\`${definition.default}\``;
    return [`\`--${definition.flag}\``, `\`${variableOf(name)}\``, definition.hint, standard, said.meaning];
  });
  return `${GENERATED}

# Settings

Where and how a server runs. Each is a flag of \`sojourn start\` and an environment variable; the other commands take those
that they need. The flag goes first; an empty variable counts as not set. All mistakes are told at once, and then nothing is
started. [Run Sojourn](run-sojourn.md) says how they go together. Lifetimes, applications and pages are not settings: they are
in the [tenant file](tenant-file.md).

${buildTable(['Flag', 'Variable', 'Form', 'Default', 'What it does'], rows)}

\`--tenant FILE\` has no variable.
`;
}

async function tenantFilePage() {
  const { DEFAULTS } = await load('packages/server/dist/configuration/defaults.js');
  const { CLAIM_FIELDS } = await load('packages/server/dist/configuration/user-entry.js');
  const words = wordsFrom(DEFAULTS);
  /** @type {string[]} */
  const used = [];
  const sections = await Promise.all(
    Object.entries(SCHEMAS).map(async ([section, [file = '', name = '']]) => {
      const path = `packages/server/dist/configuration/${file}.js`;
      const { [name]: schema } = await load(path);
      const comments = commentsOf(readFileSync(join(root, path), 'utf8'), name);
      const rows = fieldsOf(schema).flatMap((field) => {
        const key = `${section}.${field.path}`;
        if (WRITTEN_BY_THE_SERVER.some((prefix) => key.startsWith(prefix))) return [];
        const isClaim = section === 'users' && CLAIM_FIELDS.includes(field.path.split('.')[0]);
        const said = splitDefault(comments.get(field.path) ?? (isClaim ? STANDARD_CLAIM : ''));
        used.push(key);
        const meaning = words[key]?.meaning ?? said.meaning;
        if (meaning === '') throw new Error(`${key} has no meaning: write a comment above it, or words here`);
        // Of a group that may be left out, a field that may not is no more than a part.
        const isRequired = field.isRequired && !field.path.replace(/.*\[\]\./, '').includes('.');
        const standard = words[key]?.default ?? (isRequired ? 'required' : said.default);
        return [{ path: field.path, form: field.form, default: standard, meaning }];
      });
      return buildSection(/** @type {keyof typeof SECTIONS} */ (section), rows);
    }),
  );
  const unknown = Object.keys(words).filter((key) => !used.includes(key));
  if (unknown.length > 0) throw new Error(`no such fields: ${unknown.join(', ')}`);
  return `${GENERATED}

# Tenant file reference

Every section and field. [The tenant file](tenant-file.md) has an example and says how it is loaded and checked.
Names are Auth0's; what Sojourn adds stands under \`sojourn\`. Any other field or section is left out with a warning.

${sections.join('\n')}`;
}

/**
 * @param {keyof typeof SECTIONS} section
 * @param {readonly Row[]} rows
 */
function buildSection(section, rows) {
  const isOwn = (/** @type {Row} */ { path }) => path.split('.').includes('sojourn');
  const own = rows.filter(isOwn);
  const table = (/** @type {readonly Row[]} */ some) =>
    buildTable(
      ['Field', 'Form', 'Default', 'Meaning'],
      some.map((row) => [`\`${row.path}\``, row.form, row.default, row.meaning]),
    );
  const parts = [`## \`${section}\``, SECTIONS[section], table(rows.filter((row) => !isOwn(row)))];
  if (own.length > 0) parts.push(`Sojourn's own in \`${section}\`:`, table(own));
  return `${parts.join('\n\n')}\n`;
}

/**
 * A comment in two: what the field means, and what holds without it.
 *
 * @param {string} comment
 */
function splitDefault(comment) {
  const sentence = /(?:^|\s)Default:? (.+?)\.(?=\s|$)/;
  // Limits stand in the form already.
  const [standard = ''] = (sentence.exec(comment)?.[1] ?? '').split(/, at most|: /);
  return { meaning: comment.replace(sentence, '').trim(), default: standard };
}

/**
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} rows
 */
function buildTable(head, rows) {
  const line = (/** @type {readonly string[]} */ cells) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('<', '&lt;')).join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

/**
 * A built module, by its path: schemas are nobody's to import but the server's own.
 *
 * @param {string} path
 * @returns {Promise<Record<string, any>>}
 */
function load(path) {
  return import(pathToFileURL(join(root, path)).href);
}

/** @param {string} path */
function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
