import { html } from './browser/html.js';

/**
 * One application of the demo, as the others link to it.
 *
 * @typedef {{ key: 'shop' | 'docs' | 'desk' | 'classic', name: string, address: string }} Application
 */

/**
 * The page that all applications share: masthead with links to one another, then the content.
 *
 * @param {object} page
 * @param {Application['key']} page.current
 * @param {readonly Application[]} page.applications
 * @param {string} page.purpose one sentence below the application's name
 * @param {ReturnType<typeof html>} page.head scripts
 * @param {ReturnType<typeof html>} page.main
 * @returns {string}
 */
export function renderDocument({ current, applications, purpose, head, main }) {
  const name = applications.find(({ key }) => key === current)?.name ?? '';
  return html`<!doctype html>
<html lang="en" data-application="${current}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${name}</title>
<link rel="icon" href="/harbour/browser/mark.svg" type="image/svg+xml">
<link rel="stylesheet" href="/harbour/browser/harbour.css">
${head}
</head>
<body>
<header class="masthead">
<nav aria-label="Applications">${applications.map((application) => renderLink(application, current))}</nav>
</header>
<main>
<h1>${name}</h1>
<p class="quiet purpose">${purpose}</p>
${main}
</main>
</body>
</html>
`.text;
}

/**
 * @param {Application} application
 * @param {Application['key']} current
 */
function renderLink({ key, name, address }, current) {
  const here = key === current;
  // Where the line is short, "Harbour" is for screen readers only.
  const [house, ...rest] = name.split(' ');
  return html`<a href="${here ? '/' : `${address}/`}"${here && html` aria-current="page"`}><span class="house">${house} </span>${rest.join(' ')}</a>`;
}

/**
 * What every application's page holds, in the same order.
 *
 * @param {object} board
 * @param {ReturnType<typeof html> | null} board.guide what to try next
 * @param {ReturnType<typeof html> | null} board.standing who is signed in, and until when
 * @param {ReturnType<typeof html>} board.actions
 * @param {ReturnType<typeof html> | null} board.family a card of its own
 * @param {ReturnType<typeof html> | null} board.failure
 * @param {ReturnType<typeof html> | null} board.records
 * @param {ReturnType<typeof html> | null} board.apiAnswer
 * @param {ReturnType<typeof html> | null} board.more
 */
export function renderBoard({ guide, standing, actions, family, failure, records, apiAnswer, more }) {
  return html`<p id="guide" class="guide" role="status">${guide}</p>
<div class="board">
<div class="column">
<section class="card" aria-label="Where you stand">
<div id="standing">${standing}</div>
<div class="actions">${actions}</div>
</section>
${family}
${more !== null && html`<div class="more">${more}</div>`}
</div>
<div class="column">
<section class="card" aria-labelledby="failure-title">
<h2 id="failure-title">Last error</h2>
<div id="failure">${failure}</div>
</section>
<section class="card" aria-labelledby="records-title">
<h2 id="records-title">What happened here</h2>
<div id="records">${records}</div>
</section>
<section class="card" aria-labelledby="api-title">
<h2 id="api-title">The API’s answer</h2>
<div id="api">${apiAnswer}</div>
</section>
</div>
</div>`;
}
