import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Page as Tab } from 'playwright-core';
import type { Chromium } from './chromium.js';
import { fillLoginPage } from './shop.js';
import type { Sites } from './sites.js';

const MINUTE_MS = 60_000;

export type Auth0JsMajor = 8 | 9 | 10;

/** The published files, byte for byte. */
const FILES: Record<Auth0JsMajor, readonly [packageName: string, file: string]> = {
  8: ['auth0-js-8', 'build/auth0.min.js'],
  9: ['auth0-js-9', 'dist/auth0.min.js'],
  10: ['auth0-js', 'dist/auth0.min.js'],
};

/** A page's script starts the SDK anew on each load, with what {@link ImplicitApp.open} left in the origin. */
const START = `if (localStorage.options) window.webAuth = new auth0.WebAuth(JSON.parse(localStorage.options));`;

/** What else a page does, by path; on every other path the test does it. */
const SCRIPTS: Readonly<Record<string, string>> = {
  // The silent callback of Auth0's samples of the time: the frame parses, and posts what came of it.
  '/silent-parsed': `webAuth.parseHash({ hash: location.hash }, (error, result) => parent.postMessage(error || result, location.origin));`,
  // The documented one: the frame posts its fragment, and the page that asked parses it.
  '/silent-hash': `parent.postMessage(location.hash, location.origin);`,
  '/popup': `webAuth.popup.callback();`,
};

/** Puts an application of 2017 on a site: pages that load auth0.js and nothing else. */
export function serveImplicitApp(sites: Sites, name: string, major: Auth0JsMajor): void {
  const [packageName, file] = FILES[major];
  const folder = dirname(createRequire(import.meta.url).resolve(`${packageName}/package.json`));
  const sdk = readFileSync(join(folder, file));
  sites.mount(name, (request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    if (path === '/auth0.js') {
      response.writeHead(200, { 'content-type': 'text/javascript', 'cache-control': 'max-age=600' }).end(sdk);
      return;
    }
    response
      .writeHead(200, { 'content-type': 'text/html', 'cache-control': 'no-store' })
      .end(`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Application</title>
<link rel="icon" href="data:,"><script src="/auth0.js"></script></head>
<body><script>${START}${SCRIPTS[path] ?? ''}</script></body></html>`);
  });
}

export interface ImplicitAppOptions {
  readonly origin: string;
  readonly issuer: string;
  readonly clientId: string;
  /** Options for the SDK's `WebAuth`, beyond domain, clientID, redirectUri and responseType. */
  readonly sdk?: object;
}

/** What a callback of auth0.js was called with. */
export interface Answer {
  readonly error: unknown;
  readonly result: unknown;
}

/** The result of `parseHash`, `checkSession` and `renewAuth`. */
export interface AuthResult {
  readonly accessToken: string;
  readonly idToken: string;
  readonly idTokenPayload: Readonly<Record<string, unknown>>;
  readonly expiresIn: number;
  readonly state: string;
}

type Callback = (error: unknown, result: unknown) => void;

interface ImplicitAppWindow {
  readonly webAuth: Record<string, (options: object, callback?: Callback) => void> & {
    readonly client: { userInfo(accessToken: string, callback: Callback): void };
    readonly popup: { authorize(options: object, callback: Callback): void };
  };
  readonly answers: Answer[];
}

/** A tab with an application that uses the published auth0.js. */
export class ImplicitApp {
  readonly tab: Tab;
  readonly options: ImplicitAppOptions;
  /** Each request of this tab and its frames to the authorization server, preflights left out. */
  readonly requests: URL[] = [];

  private constructor(tab: Tab, options: ImplicitAppOptions) {
    this.tab = tab;
    this.options = options;
    tab.on('request', (request) => {
      const url = new URL(request.url());
      if (`${url.origin}/` === options.issuer && request.method() !== 'OPTIONS') this.requests.push(url);
    });
  }

  /** Opens the application in a tab of its own. It asks nobody anything yet. */
  static async open(chromium: Chromium, options: ImplicitAppOptions): Promise<ImplicitApp> {
    const app = new ImplicitApp(await chromium.newTab(), options);
    await app.tab.goto(`${options.origin}/`);
    await app.tab.evaluate((sdk) => {
      localStorage.clear();
      localStorage.options = JSON.stringify(sdk);
    }, app.#sdkOptions());
    await app.tab.reload();
    return app;
  }

  #sdkOptions(): object {
    const { issuer, clientId, origin, sdk } = this.options;
    const { protocol, host, origin: domain } = new URL(issuer);
    return {
      clientID: clientId,
      redirectUri: `${origin}/cb`,
      responseType: 'token id_token',
      scope: 'openid profile email',
      ...(protocol === 'https:'
        ? { domain: host }
        : {
            domain,
            // auth0.js 9 and 10 expect every issuer and key on https, unless told these three.
            overrides: {
              __tenant: 'harbour',
              __token_issuer: issuer,
              __jwks_uri: `${issuer}.well-known/jwks.json`,
            },
          }),
      ...sdk,
    };
  }

  /** Calls a method of `WebAuth` that answers through a callback. */
  call(method: 'parseHash' | 'checkSession' | 'renewAuth', options: object = {}): Promise<Answer> {
    return this.tab.evaluate(
      ({ method, options }) =>
        new Promise<Answer>((resolve) => {
          const { webAuth } = window as unknown as ImplicitAppWindow;
          webAuth[method]?.(options, (error, result) =>
            resolve({ error: error ?? null, result: result ?? null }),
          );
        }),
      { method, options },
    );
  }

  userInfo(accessToken: string): Promise<Answer> {
    return this.tab.evaluate(
      (accessToken) =>
        new Promise<Answer>((resolve) => {
          const { webAuth } = window as unknown as ImplicitAppWindow;
          webAuth.client.userInfo(accessToken, (error, result) =>
            resolve({ error: error ?? null, result: result ?? null }),
          );
        }),
      accessToken,
    );
  }

  /** `authorize`, up to the first page that waits for somebody: of the server, or the callback. */
  async authorize(options: object = {}): Promise<void> {
    const { origin, issuer } = this.options;
    await this.tab.evaluate(
      (options) => (window as unknown as ImplicitAppWindow).webAuth.authorize?.(options),
      options,
    );
    await this.tab.waitForURL(
      (url) => url.href.startsWith(`${origin}/cb`) || url.href.startsWith(`${issuer}u/`),
    );
  }

  /** Through the login page, as a person does, up to the callback. */
  async signIn(options: object = {}): Promise<void> {
    await this.authorize(options);
    await fillLoginPage(this.tab);
    await this.tab.waitForURL((url) => url.href.startsWith(`${this.options.origin}/cb#`));
  }

  /** Signs in and takes the answer. */
  async signInAndParse(options: object = {}): Promise<AuthResult> {
    await this.signIn(options);
    return resultOf(await this.call('parseHash'));
  }

  /** `logout`, up to the page it ends at. */
  async signOut(options: object = {}): Promise<void> {
    const returnTo = `${this.options.origin}/bye`;
    await this.tab.evaluate((options) => (window as unknown as ImplicitAppWindow).webAuth.logout?.(options), {
      returnTo,
      clientID: this.options.clientId,
      ...options,
    });
    await this.tab.waitForURL(returnTo);
  }

  /** `popup.authorize`, with the person in the popup. */
  async signInByPopup(options: object = {}): Promise<Answer> {
    const [popup] = await Promise.all([
      this.tab.waitForEvent('popup'),
      this.tab.evaluate((options) => {
        const page = window as unknown as ImplicitAppWindow & { popupAnswer: Promise<Answer> };
        page.popupAnswer = new Promise((resolve) => {
          page.webAuth.popup.authorize(options, (error, result) =>
            resolve({ error: error ?? null, result: result ?? null }),
          );
        });
      }, options),
    ]);
    const closed = popup.waitForEvent('close');
    await popup.waitForURL((url) => url.pathname === '/u/login');
    await fillLoginPage(popup);
    const answer = await this.tab.evaluate(
      () => (window as unknown as { popupAnswer: Promise<Answer> }).popupAnswer,
    );
    await closed;
    return answer;
  }

  /** Asks by `checkSession` each minute of a clock that only {@link nextPoll} moves ahead, until it is refused. */
  async startPolling(): Promise<void> {
    await this.tab.clock.install();
    await this.tab.evaluate((minute) => {
      const page = window as unknown as ImplicitAppWindow & { answers: Answer[] };
      page.answers = [];
      const timer = setInterval(() => {
        page.webAuth.checkSession?.({}, (error, result) => {
          page.answers.push({ error: error ?? null, result: result ?? null });
          if (error) clearInterval(timer);
        });
      }, minute);
    }, MINUTE_MS);
  }

  /** Lets a minute pass on the page, and waits for what is answered. */
  async nextPoll(): Promise<Answer | undefined> {
    const known = await this.tab.evaluate(() => (window as unknown as ImplicitAppWindow).answers.length);
    await this.tab.clock.fastForward(MINUTE_MS);
    await this.tab.waitForFunction(
      (known) => (window as unknown as ImplicitAppWindow).answers.length > known,
      known,
    );
    return this.tab.evaluate(() => (window as unknown as ImplicitAppWindow).answers.at(-1));
  }
}

/** The tokens of an answer that has some. */
export function resultOf({ error, result }: Answer): AuthResult {
  if (error !== null || result === null) throw new Error(`no tokens: ${JSON.stringify(error)}`);
  return result as AuthResult;
}

/** A client of the tenant as such an application is registered. */
export function implicitClient(clientId: string, origin: string): Record<string, unknown> {
  return {
    client_id: clientId,
    name: clientId,
    app_type: 'spa',
    grant_types: ['implicit'],
    callbacks: ['/cb', '/silent-parsed', '/silent-hash', '/silent-blank', '/popup'].map(
      (path) => `${origin}${path}`,
    ),
    web_origins: [origin],
    allowed_logout_urls: [`${origin}/bye`],
  };
}
