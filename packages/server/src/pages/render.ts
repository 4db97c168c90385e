import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Eta } from 'eta';
import { decideAccent } from './accent.js';
import { languageOf, type Message, type MessageValue, translate, translateParts } from './catalogue.js';
import type { Look, Page, RenderPage } from './page.js';

const TEMPLATES = new URL('../../templates/', import.meta.url);
const ASSETS = new URL('../../assets/', import.meta.url);

const eta = new Eta({ autoEscape: true });
for (const name of [
  'layout',
  'binding',
  'alert',
  'field',
  'terms',
  'login',
  'sign-up',
  'consent',
  'select-account',
  'confirm-logout',
  'signed-in',
  'signed-out',
  'error',
]) {
  eta.loadTemplate(`@${name}`, readFileSync(new URL(`${name}.eta`, TEMPLATES), 'utf8'));
}

const SHEET = readFileSync(new URL('style.css', ASSETS), 'utf8');
const SCRIPT = readFileSync(new URL('page.js', ASSETS), 'utf8');
const SHEET_SOURCE = hashSource(SHEET);
const SCRIPT_SOURCE = hashSource(SCRIPT);

/** The mark: two open arcs that close into a ring. One colour, `currentColor`. */
export const MARK_SVG = readFileSync(new URL('mark.svg', ASSETS), 'utf8').trim();

/** A green between both accents: a tab bar may be light or dark, and an icon cannot ask. */
const FAVICON_COLOUR = '#2f8f78';

/** The mark as a data URL, for `<link rel="icon">`. */
export const FAVICON = `data:image/svg+xml,${encodeURIComponent(MARK_SVG.replace('currentColor', FAVICON_COLOUR))}`;

/** Beside the tenant's name it says nothing more. */
const PAGE_MARK = MARK_SVG.replace('role="img" aria-label="Sojourn"', 'aria-hidden="true"');

/**
 * Renders one page as a whole HTML document. Whatever a value contains, it stays text.
 * Answer it with `buildPageHeaders` of the same page and look: its policy is what lets the page's style apply.
 *
 * @param locale From `decideLocale`. A locale that no catalogue is written for is answered in English, and `lang` says so.
 */
export const renderPage: RenderPage = (page, look, locale) => {
  const language = languageOf(locale);
  const say = { text: sayText(locale), rich: sayRich(locale) };
  const title = titleOf(page, look);
  const hasError = 'error' in page && page.error !== null;
  return eta.render(`@${page.page}`, {
    ...say,
    page,
    title,
    documentTitle: translate(locale, {
      key: hasError ? 'document.title-with-error' : 'document.title',
      values: { title: translate(locale, title), tenant: look.tenantName },
    }),
    // What the text is written in, which is not always what was asked for.
    locale: language.tag,
    direction: language.direction,
    tenantName: look.tenantName,
    favicon: FAVICON,
    mark: PAGE_MARK,
    sheet: SHEET,
    accentSheet: accentSheet(look.accent),
    script: hasForm(page) ? SCRIPT : null,
    logo: usableImage(look.logoUrl),
    clientLogo: usableImage(clientLogoOf(page)),
    policyUri: 'client' in page ? usableLink(page.client.policyUri) : null,
    tosUri: 'client' in page ? usableLink(page.client.tosUri) : null,
    picture: page.page === 'select-account' ? usableImage(page.account.picture) : null,
    initial: page.page === 'select-account' ? initialOf(page.account.name) : '',
    focusAmong: focusAmong(page),
  });
};

/**
 * The headers of a rendered page. Nothing may run, load or apply but what is named here by its hash or origin.
 *
 * There is no `form-action`: Chromium applies it to the redirects after a form, too, and would stop the way back to
 * the application. No COOP either: an application may wait for this page in a popup.
 *
 * @see CSP Level 3 · ASVS 3.4
 */
export function buildPageHeaders(page: Page, look: Look): Readonly<Record<string, string>> {
  const policy = [
    "default-src 'none'",
    `style-src ${SHEET_SOURCE} ${hashSource(accentSheet(look.accent))}`,
    `img-src ${['data:', ...imageOrigins(page, look)].join(' ')}`,
    ...(hasForm(page) ? [`script-src ${SCRIPT_SOURCE}`] : []),
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': policy.join('; '),
    // `no-referrer` would make the browser post the form with `Origin: null`.
    'Referrer-Policy': hasForm(page) ? 'same-origin' : 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cache-Control': 'no-store',
    'Permissions-Policy':
      'camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), payment=(), serial=(), usb=()',
  };
}

function titleOf(page: Page, look: Look): Message {
  switch (page.page) {
    case 'login':
      return { key: 'login.title', values: { client: page.client.name } };
    case 'sign-up':
      return { key: 'sign-up.title', values: { client: page.client.name } };
    case 'consent':
      return { key: 'consent.title', values: { client: page.client.name } };
    case 'select-account':
      return { key: 'select-account.title', values: { client: page.client.name } };
    case 'confirm-logout':
      return { key: 'confirm-logout.title', values: { tenant: look.tenantName } };
    case 'signed-in':
      return { key: 'signed-in.title' };
    case 'signed-out':
      return { key: 'signed-out.title', values: { applications: page.applications } };
    case 'error':
      return page.title;
  }
}

type Say = (message: Message | Message['key'], values?: Readonly<Record<string, MessageValue>>) => string;

/** For templates: a text, to be escaped where it is written. */
function sayText(locale: string): Say {
  return (message, values) => translate(locale, toMessage(message, values));
}

/**
 * For templates: a text as HTML, every value escaped and inside an element of its own, so that a name written from
 * right to left does not rearrange the sentence around it.
 */
function sayRich(locale: string): Say {
  return (message, values) =>
    translateParts(locale, toMessage(message, values))
      .map(({ text, isValue }) => (isValue ? `<bdi>${escapeHtml(text)}</bdi>` : escapeHtml(text)))
      .join('');
}

/** Templates name keys as plain text; a test holds each of them against the catalogue. */
function toMessage(
  message: Message | Message['key'],
  values: Readonly<Record<string, MessageValue>> = {},
): Message {
  return typeof message === 'string' ? ({ key: message, values } as Message) : message;
}

function escapeHtml(text: string): string {
  return eta.config.escapeFunction(text);
}

/** The field to begin with: the wrong one, else the first that is still empty. */
function focusAmong(page: Page): (first: string, second: string, firstValue: string) => string {
  const wrong = 'error' in page ? page.error?.field : undefined;
  return (first, second, firstValue) => {
    if (wrong !== undefined && wrong !== 'form') return wrong;
    return firstValue === '' ? first : second;
  };
}

function hasForm(page: Page): boolean {
  return 'form' in page;
}

function accentSheet(accent: string | null): string {
  const light = decideAccent(accent, 'light');
  const dark = decideAccent(accent, 'dark');
  const tokens = ({ fill, onFill, edge, ink }: typeof light) =>
    `:root{--accent:${fill};--on-accent:${onFill};--accent-edge:${edge};--accent-ink:${ink}}`;
  return `${tokens(light)}@media(prefers-color-scheme:dark){${tokens(dark)}}`;
}

/** Where the page may be asked about before anybody decided anything, only what is part of the page itself. */
function clientLogoOf(page: Page): string | null {
  switch (page.page) {
    case 'consent':
      return page.client.logoUri;
    case 'login':
    case 'sign-up':
      return page.client.logoUri?.startsWith('data:') ? page.client.logoUri : null;
    default:
      return null;
  }
}

/** @see security.md 10: refused at registration, and again at use */
function usableLink(url: string | null): string | null {
  return url !== null && /^https?:\/\//i.test(url) && URL.canParse(url) ? url : null;
}

function imageOrigins(page: Page, look: Look): readonly string[] {
  const images = [look.logoUrl];
  if (page.page === 'consent') images.push(page.client.logoUri);
  if (page.page === 'select-account') images.push(page.account.picture);
  const origins = images.map((image) => (image === null ? null : httpsOrigin(image)));
  return [...new Set(origins.filter((origin) => origin !== null))];
}

/** An image that the policy can allow by its origin or as data; everything else is left out. */
function usableImage(url: string | null): string | null {
  if (url === null) return null;
  return /^data:image\//i.test(url) || httpsOrigin(url) !== null ? url : null;
}

/** The WHATWG parser lets `;`, `,` and `'` stand in a host, where they would end or add to a directive of the policy. */
function httpsOrigin(url: string): string | null {
  if (!URL.canParse(url)) return null;
  const { origin } = new URL(url);
  return /^https:\/\/[a-z0-9.-]+(:\d+)?$/.test(origin) ? origin : null;
}

const graphemes = new Intl.Segmenter();

/** The first letter as people see it, which may be several code points. */
function initialOf(name: string): string {
  const [first] = graphemes.segment(name.trim());
  return (first?.segment ?? '').toUpperCase();
}

function hashSource(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
