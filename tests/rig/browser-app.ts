import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Page as Tab } from 'playwright-core';
import type { Chromium } from './chromium.js';
import { fillLoginPage } from './shop.js';
import type { Sites } from './sites.js';
import { PASSWORD } from './tenant.js';

/** A file of an installed package. Some packages export neither it nor their own package.json. */
export type PublishedFile = readonly [packageName: string, file: string];

/** The published file, byte for byte. */
function readPublished([packageName, file]: PublishedFile): Buffer {
  const folders = createRequire(import.meta.url).resolve.paths(packageName) ?? [];
  const path = folders
    .map((folder) => join(folder, packageName, file))
    .find((candidate) => existsSync(candidate));
  if (path === undefined) throw new Error(`${packageName} has no ${file}, or is not installed`);
  return readFileSync(path);
}

/**
 * Puts an application on a site: every path answers with a page that loads the published files, in this order, and
 * then runs one script of ours.
 */
export function serveBrowserApp(
  sites: Sites,
  name: string,
  files: readonly PublishedFile[],
  script: string,
): void {
  const scripts = new Map(files.map((file, index) => [`/${index}.js`, readPublished(file)]));
  const tags = [...scripts.keys()].map((path) => `<script src="${path}"></script>`).join('\n');
  sites.mount(name, (request, response) => {
    const published = scripts.get(request.url ?? '/');
    if (published !== undefined) {
      response
        .writeHead(200, { 'content-type': 'text/javascript', 'cache-control': 'max-age=600' })
        .end(published);
      return;
    }
    response
      .writeHead(200, { 'content-type': 'text/html', 'cache-control': 'no-store' })
      .end(`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Application</title>
<link rel="icon" href="data:,">
${tags}</head><body><main id="app"></main><script>${script}</script></body></html>`);
  });
}

/** One request to the authorization server. */
export interface SentRequest {
  readonly method: string;
  readonly url: URL;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A call into a page that threw: what the SDK said. */
export interface Thrown {
  readonly error: string | null;
  readonly message: string;
}

export type Attempt<Result> =
  | { readonly value: Result; readonly thrown?: undefined }
  | { readonly value?: undefined; readonly thrown: Thrown };

/** A tab with an application of {@link serveBrowserApp}. */
export class BrowserApp<Page> {
  readonly tab: Tab;
  readonly origin: string;
  readonly issuer: string;
  /** Each request of this tab, its frames and popups to the authorization server, preflights left out. */
  readonly requests: SentRequest[] = [];

  private constructor(tab: Tab, origin: string, issuer: string) {
    this.tab = tab;
    this.origin = origin;
    this.issuer = issuer;
    tab.on('request', (request) => {
      const url = new URL(request.url());
      if (`${url.origin}/` !== issuer || request.method() === 'OPTIONS') return;
      const body = request.postData() ?? '';
      this.requests.push({ method: request.method(), url, body, headers: request.headers() });
    });
  }

  static async open<Page>(
    chromium: Chromium,
    { origin, issuer }: { readonly origin: string; readonly issuer: string },
    path = '/',
  ): Promise<BrowserApp<Page>> {
    const app = new BrowserApp<Page>(await chromium.newTab(), origin, issuer);
    await app.visit(path);
    return app;
  }

  /** A fresh page of the application: what was in memory is gone. Forgets which requests there were. */
  async visit(path = '/'): Promise<void> {
    this.requests.length = 0;
    await this.tab.goto(`${this.origin}${path}`);
  }

  /** `GET /authorize`, in the order they were sent. */
  sent(): string[] {
    return this.requests.map(({ method, url }) => `${method} ${url.pathname}`);
  }

  /** Runs a function in the page, with the page's `window`. It sees nothing else of this file's. */
  async run<Result, Given = undefined>(
    work: (page: Page, given: Given) => Result | Promise<Result>,
    given?: Given,
  ): Promise<Result> {
    const text = `(${work.toString()})(window, ${JSON.stringify(given)})`;
    return this.tab.evaluate(text) as Promise<Result>;
  }

  /** As {@link run}, for what may be refused. */
  async attempt<Result, Given = undefined>(
    work: (page: Page, given: Given) => Result | Promise<Result>,
    given?: Given,
  ): Promise<Attempt<Result>> {
    const text = `(async () => {
      try { return { value: await (${work.toString()})(window, ${JSON.stringify(given)}) }; }
      catch ({ error = null, message }) { return { thrown: { error, message } }; }
    })()`;
    return this.tab.evaluate(text) as Promise<Attempt<Result>>;
  }

  /** Runs what leads away from the page, up to the first page that waits for somebody: of the server, or {@link path}. */
  async leave<Given = undefined>(
    work: (page: Page, given: Given) => unknown,
    given?: Given,
    path = '/cb',
  ): Promise<void> {
    await this.tab.evaluate(`void (${work.toString()})(window, ${JSON.stringify(given)})`);
    await this.tab.waitForURL(
      ({ origin, href, pathname }) =>
        (origin === this.origin && pathname === path) || href.startsWith(`${this.issuer}u/`),
    );
  }

  get isAtLoginPage(): boolean {
    return this.tab.url().startsWith(`${this.issuer}u/login`);
  }

  /** Through the login page, as a person does, up to a path of the application. */
  async signInAtPage(path = '/cb', username = 'mira@harbour.example'): Promise<void> {
    await fillLoginPage(this.tab, username, PASSWORD);
    await this.tab.waitForURL(({ origin, pathname }) => origin === this.origin && pathname === path);
  }

  /** Runs what opens a popup, signs in there, and waits until the popup has closed. */
  async signInByPopup(work: (page: Page) => Promise<unknown>): Promise<void> {
    const [popup] = await Promise.all([
      this.tab.waitForEvent('popup'),
      this.tab.evaluate(`window.popupDone = (${work.toString()})(window); undefined`),
    ]);
    const closed = popup.waitForEvent('close');
    await popup.waitForURL((url) => url.pathname === '/u/login');
    await fillLoginPage(popup);
    await this.tab.evaluate('window.popupDone.then(() => undefined)');
    await closed;
  }

  async cookieNames(): Promise<string[]> {
    return (await this.tab.context().cookies(this.origin)).map(({ name }) => name);
  }
}
