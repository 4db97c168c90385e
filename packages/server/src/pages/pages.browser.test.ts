import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type { AxeResults } from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page as Tab } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { LOCALES } from './catalogue.js';
import { buildPageHeaders, renderPage } from './render.js';
import { buildSamples, type Sample } from './samples.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const HOSTILE = '"><svg onload=document.title=1><img src=x onerror=document.title=1>';

/** Longer than any name should be, with a word that no line can hold. */
const lengthened = (text: string) =>
  /[/#:]/.test(text) ? text : `${text} von ${'Binnenschifffahrt'.repeat(4)} ${'und Hafen '.repeat(8)}`;

const variants = new Map([
  ['plain', buildSamples((text) => text)],
  ['long', buildSamples(lengthened)],
  ['hostile', buildSamples(() => HOSTILE)],
  ['harmless', buildSamples(() => 'x')],
]);
/** Error pages differ in their words only; three of them, with and without a way on, stand for all. */
const names = [...buildSamples((text) => text).keys()].filter(
  (name) => !name.startsWith('error') || /unknown-callback|too-many|without way on/.test(name),
);

interface Posted {
  readonly origin: string | undefined;
  readonly fields: Readonly<Record<string, string>>;
}

let server: Server;
let origin: string;
let browser: Browser;
let posts: Posted[] = [];
/** Answers a POST with nothing, which leaves the page where it is, working, for a test to look at. */
let keepsPage = false;
const contexts: BrowserContext[] = [];

beforeAll(async () => {
  server = createServer(async (request, response) => {
    if (request.method === 'POST') {
      let body = '';
      for await (const chunk of request) body += chunk;
      posts.push({ origin: request.headers.origin, fields: Object.fromEntries(new URLSearchParams(body)) });
      if (keepsPage) response.writeHead(204).end();
      else response.writeHead(303, { Location: '/done' }).end();
      return;
    }
    const [, variant = '', name = '', locale = 'en'] = (request.url ?? '').split('/').map(decodeURIComponent);
    const sample = variants.get(variant)?.get(name);
    if (sample === undefined) {
      response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><title>done</title>');
      return;
    }
    const { page, look }: Sample = sample;
    response.writeHead(200, buildPageHeaders(page, look)).end(renderPage(page, look, locale));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await chromium.launch({
    executablePath: process.env.SOJOURN_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
});

afterEach(async () => {
  await Promise.all(contexts.splice(0).map((context) => context.close()));
  posts = [];
  keepsPage = false;
});

afterAll(async () => {
  await browser.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function openTab(
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<{ tab: Tab; errors: string[] }> {
  const context = await browser.newContext(options);
  contexts.push(context);
  const tab = await context.newPage();
  const errors: string[] = [];
  // A policy that forbids a page's own style or script is reported here.
  tab.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  tab.on('pageerror', (error) => errors.push(error.message));
  return { tab, errors };
}

const address = (variant: string, name: string, locale = 'en') =>
  `${origin}/${variant}/${encodeURIComponent(name)}/${locale}`;

test('light and dark, on a phone and a desk: axe finds nothing serious, and the policy lets style and script through', async () => {
  const { tab, errors } = await openTab();
  for (const name of names) {
    await tab.goto(address('plain', name));
    await tab.evaluate(AXE);
    for (const [colorScheme, card] of [
      ['light', 'rgb(255, 255, 255)'],
      ['dark', 'rgb(27, 29, 34)'],
    ] as const) {
      await tab.emulateMedia({ colorScheme });
      for (const width of [360, 1280]) {
        await tab.setViewportSize({ width, height: 800 });
        const { violations } = (await tab.evaluate(
          "axe.run({ resultTypes: ['violations'], preload: false })",
        )) as AxeResults;
        const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
        expect(
          grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`),
          `${name}, ${colorScheme}, ${width} px`,
        ).toEqual([]);
      }
      const ground = await tab.evaluate(
        () => getComputedStyle(document.querySelector('main') as Element).backgroundColor,
      );
      expect(ground, name).toBe(card);
    }
  }
  expect(errors).toEqual([]);
});

describe('layout', () => {
  test('from 320 to 1280 px: nothing scrolls sideways, however long the names', async () => {
    const { tab } = await openTab();
    for (const variant of ['plain', 'long']) {
      for (const name of names) {
        await tab.goto(address(variant, name));
        for (const width of [320, 360, 768, 1280]) {
          await tab.setViewportSize({ width, height: 640 });
          const seen = await tab.evaluate(() => ({
            tooWide: [...document.querySelectorAll('main *')]
              .filter(
                (element) => element.getBoundingClientRect().right > document.documentElement.clientWidth,
              )
              .map((element) => element.outerHTML.slice(0, 80)),
            scrollWidth: document.documentElement.scrollWidth,
          }));
          expect(seen, `${variant} ${name}, ${width} px`).toEqual({ tooWide: [], scrollWidth: width });
        }
      }
    }
  });

  test.each(LOCALES)('320 px, %s: every page and its buttons have room for their words', async (locale) => {
    const { tab } = await openTab({ viewport: { width: 320, height: 640 } });
    for (const name of buildSamples((text) => text).keys()) {
      await tab.goto(address('plain', name, locale));
      const { lang, width, cut } = await tab.evaluate(() => ({
        lang: document.documentElement.lang,
        width: document.documentElement.scrollWidth,
        cut: [...document.querySelectorAll('.button')]
          .filter((button) => button.scrollWidth > button.clientWidth)
          .map((button) => button.textContent),
      }));
      expect({ lang, width, cut }, name).toEqual({ lang: locale, width: 320, cut: [] });
    }
  });

  test('the card is 400 px wide, fields and buttons are at least 44 px high', async () => {
    const { tab } = await openTab({ viewport: { width: 1280, height: 800 } });
    for (const name of names) {
      await tab.goto(address('plain', name));
      const { card, low } = await tab.evaluate(() => ({
        card: document.querySelector('main')?.getBoundingClientRect().width,
        low: [...document.querySelectorAll('input:not([type=hidden]), .button, .reveal')]
          .filter((control) => control.getBoundingClientRect().height < 44)
          .map((control) => control.outerHTML),
      }));
      expect({ card, low }, name).toEqual({ card: 400, low: [] });
    }
  });

  test('whatever has the focus shows it', async () => {
    const { tab } = await openTab();
    for (const name of names) {
      await tab.goto(address('plain', name));
      for (const _ of await tab.locator('input:not([type=hidden]), button, a').all()) {
        await tab.keyboard.press('Tab');
        const { focused, outline } = await tab.evaluate(() => ({
          focused: document.activeElement?.tagName,
          outline: getComputedStyle(document.activeElement as Element).outline,
        }));
        // Behind the last one the browser's own buttons begin.
        if (focused !== 'BODY') expect(outline, name).toMatch(/solid 2px$/);
      }
    }
  });
});

test('A08: a hostile value in every place adds no element and no attribute to the document', async () => {
  const { tab, errors } = await openTab();
  const outline = () =>
    [...document.querySelectorAll('*')].map((element) =>
      [element.tagName, ...element.getAttributeNames()].join(' '),
    );
  for (const name of names) {
    await tab.goto(address('harmless', name));
    const harmless = await tab.evaluate(outline);
    await tab.goto(address('hostile', name));
    expect(await tab.evaluate(outline), name).toEqual(harmless);
    expect(await tab.title(), name).not.toBe('1');
  }
  expect(errors).toEqual([]);
});

describe('without script', () => {
  test('login is sent with the keyboard alone, with an Origin that the server can check', async () => {
    const { tab } = await openTab({ javaScriptEnabled: false });
    await tab.goto(address('plain', 'login'));
    // The browser gives the focus after the page has loaded; a person types once it is there.
    await tab.waitForSelector('#username:focus');
    await tab.keyboard.type('ada@example.com');
    await tab.keyboard.press('Tab');
    await tab.keyboard.type('correct horse');
    await tab.keyboard.press('Enter');
    await tab.waitForURL('**/done');
    expect(posts).toEqual([
      {
        origin,
        fields: {
          state: 'state-1',
          csrf: 'csrf-1',
          username: 'ada@example.com',
          password: 'correct horse',
          action: 'sign-in',
        },
      },
    ]);
  });

  test.each([
    ['consent', '#allow', { decision: 'allow' }],
    ['consent', '#deny', { decision: 'deny' }],
    ['select-account', '#continue', { choice: 'continue' }],
    ['select-account', '#another', { choice: 'another' }],
    ['confirm-logout', '#sign-out', { decision: 'sign-out', client_id: 'shop' }],
  ])('%s: %s says what was chosen', async (name, button, fields) => {
    const { tab } = await openTab({ javaScriptEnabled: false });
    await tab.goto(address('plain', name));
    await tab.click(button);
    await tab.waitForURL('**/done');
    expect(posts).toEqual([{ origin, fields: expect.objectContaining(fields) }]);
    await tab.goto(address('plain', 'login'));
    expect(await tab.locator('.reveal').isVisible()).toBe(false);
  });
});

describe('with script', () => {
  const comeBack = () => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));

  test('the button says what it does at the same width, and sends once', async () => {
    keepsPage = true;
    const { tab } = await openTab();
    await tab.goto(address('plain', 'login'));
    const submit = tab.locator('#submit');
    const before = await submit.boundingBox();
    await tab.fill('#password', 'secret');
    await submit.click();
    expect(await submit.textContent()).toBe('Signing in…');
    expect(await submit.boundingBox()).toEqual(before);
    await submit.click({ force: true });
    await tab.keyboard.press('Enter');
    await tab.evaluate(comeBack);
    expect(await submit.textContent()).toBe('Sign in');
    await submit.click();
    await expect.poll(() => posts.map(({ fields }) => fields.action)).toEqual(['sign-in', 'sign-in']);
  });

  test('a page whose loading was stopped can be used again after ten seconds', async () => {
    keepsPage = true;
    const { tab } = await openTab();
    await tab.clock.install();
    await tab.goto(address('plain', 'confirm-logout'));
    await tab.click('#sign-out');
    expect(await tab.textContent('#sign-out')).toBe('Signing out…');
    await tab.clock.runFor(10_000);
    expect(await tab.textContent('#sign-out')).toBe('Sign out');
    expect(await tab.getAttribute('#sign-out', 'aria-disabled')).toBeNull();
  });

  test('a password can be looked at, and is a password again when it is sent', async () => {
    keepsPage = true;
    const { tab } = await openTab();
    await tab.goto(address('plain', 'sign-up'));
    await tab.fill('#password', 'correct horse');
    const toggle = tab.getByRole('button', { name: 'Show password' });
    await toggle.click();
    expect(await tab.getAttribute('#password', 'type')).toBe('text');
    expect(await toggle.getAttribute('aria-pressed')).toBe('true');
    await tab.click('#submit');
    expect(await tab.getAttribute('#password', 'type')).toBe('password');
    await expect.poll(() => posts[0]?.fields.password).toBe('correct horse');
  });
});
