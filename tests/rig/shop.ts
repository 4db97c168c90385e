import type { Auth0Client, Auth0ClientOptions, GetTokenSilentlyOptions, User } from '@auth0/auth0-spa-js';
import type { Page as Tab } from 'playwright-core';
import type { Chromium } from './chromium.js';
import { PASSWORD } from './tenant.js';

export interface ShopOptions {
  readonly origin: string;
  readonly issuer: string;
  readonly clientId: string;
  /**
   * Whether the page sends its token request with cookies, as examples/shop/browser/attachment.js does. Default
   * true; `false` is the SDK exactly as published.
   */
  readonly attach?: boolean;
  /** Options for the SDK's client, beyond domain, clientId and redirect_uri. */
  readonly sdk?: Partial<Auth0ClientOptions>;
}

export interface Message {
  readonly origin: string;
  readonly data: { readonly type?: string; readonly response?: Record<string, string> };
}

export type Outcome =
  | { readonly token: string; readonly error?: undefined }
  | {
      readonly token?: undefined;
      readonly error: string;
      readonly message: string;
      /** What the answer's `sojourn_reason` said; the SDK drops it, the page's own listener does not. */
      readonly reason: string | null;
    };

interface ShopWindow {
  auth0: { Auth0Client: new (options: Auth0ClientOptions) => Auth0Client };
  client: Auth0Client;
  received: Message[];
}

/** A tab with an application that uses the published auth0-spa-js. */
export class Shop {
  readonly tab: Tab;
  readonly options: ShopOptions;
  /** Each request of this tab and its frames to the authorization server, preflights left out: `GET /authorize`. */
  readonly requests: string[] = [];

  private constructor(tab: Tab, options: ShopOptions) {
    this.tab = tab;
    this.options = options;
    tab.on('request', (request) => {
      const url = new URL(request.url());
      if (`${url.origin}/` === options.issuer && request.method() !== 'OPTIONS')
        this.requests.push(`${request.method()} ${url.pathname}`);
    });
  }

  /** Opens the application in a tab of its own. It asks nobody anything yet. */
  static async open(chromium: Chromium, options: ShopOptions): Promise<Shop> {
    const shop = new Shop(await chromium.newTab(), options);
    await shop.tab.goto(`${options.origin}/`);
    await shop.start();
    return shop;
  }

  /** What the application's script does on each load: the wrapper, then the SDK's client. */
  async start(): Promise<void> {
    const { issuer, clientId, origin, attach = true, sdk = {} } = this.options;
    const domain = issuer.replace(/\/$/, '');
    const options: Auth0ClientOptions = {
      domain,
      clientId,
      ...sdk,
      authorizationParams: { redirect_uri: `${origin}/cb`, ...sdk.authorizationParams },
    };
    await this.tab.evaluate(
      ({ options, attach, domain }) => {
        if (attach) {
          const plainFetch = window.fetch;
          window.fetch = (input, init) => {
            const isTokenRequest = input === `${domain}/oauth/token`;
            return plainFetch(input, isTokenRequest ? { ...init, credentials: 'include' } : init);
          };
        }
        const page = window as unknown as ShopWindow;
        page.client = new page.auth0.Auth0Client(options);
      },
      { options, attach, domain },
    );
  }

  /** A fresh page of the application: what was in memory is gone. */
  async reload(): Promise<void> {
    await this.tab.goto(`${this.options.origin}/`);
    await this.start();
  }

  /** `loginWithRedirect`, up to the first page that waits for somebody: of the server, or the callback. */
  async redirect(authorizationParams: object = {}, appState: object = {}): Promise<void> {
    const { origin, issuer } = this.options;
    await this.tab.evaluate(
      (options) => void (window as unknown as ShopWindow).client.loginWithRedirect(options),
      { authorizationParams, appState },
    );
    await this.tab.waitForURL(
      (url) => url.href.startsWith(`${origin}/cb`) || url.href.startsWith(`${issuer}u/`),
    );
  }

  /** Takes the answer that the callback address carries. Gives the app's own state back. */
  async finish(): Promise<unknown> {
    await this.tab.waitForURL((url) => url.href.startsWith(`${this.options.origin}/cb?`));
    await this.start();
    return this.tab.evaluate(async () => {
      const { client } = window as unknown as ShopWindow;
      const { appState } = await client.handleRedirectCallback();
      history.replaceState(null, '', '/');
      return appState;
    });
  }

  /** Through the login page, as a person does. */
  async signIn(authorizationParams: object = {}, username = 'mira@harbour.example'): Promise<void> {
    await this.redirect(authorizationParams);
    await fillLoginPage(this.tab, username);
    await this.finish();
  }

  /** `getTokenSilently`, by default without the SDK's cache. */
  async renew(options: GetTokenSilentlyOptions = {}): Promise<Outcome> {
    return this.tab.evaluate(async (options) => {
      const page = window as unknown as ShopWindow;
      page.received.length = 0;
      try {
        const token: unknown = await page.client.getTokenSilently({ cacheMode: 'off', ...options });
        return { token: String(token) };
      } catch (thrown) {
        const { error = 'unknown', message } = thrown as { error?: string; message: string };
        const reason = page.received.at(-1)?.data.response?.sojourn_reason ?? null;
        return { error, message, reason };
      }
    }, options as object);
  }

  /** Calls the SDK's client in the page. */
  async call<Result>(work: (client: Auth0Client) => Promise<Result> | Result): Promise<Result> {
    return this.tab.evaluate(`(${work.toString()})(window.client)`) as Promise<Result>;
  }

  user(): Promise<User | undefined> {
    return this.call((client) => client.getUser());
  }

  /** Messages that this page received since its last renewal. */
  async messages(): Promise<Message[]> {
    return this.tab.evaluate(() => (window as unknown as ShopWindow).received);
  }

  /** `logout`, up to the page it ends at. */
  async signOut(logoutParams: object = {}, clientId?: string | null): Promise<void> {
    const { origin } = this.options;
    const options = {
      logoutParams: { returnTo: `${origin}/bye`, ...logoutParams },
      ...(clientId !== undefined && { clientId }),
    };
    await this.tab.evaluate(
      (options) => void (window as unknown as ShopWindow).client.logout(options),
      options as object,
    );
    await this.tab.waitForURL((url) => url.href === `${origin}/bye`);
  }
}

/** Writes into the login page and submits it, with the mouse. */
export async function fillLoginPage(
  tab: Tab,
  username = 'mira@harbour.example',
  password = PASSWORD,
): Promise<void> {
  await tab.fill('#username', username);
  await tab.fill('#password', password);
  await tab.click('#submit');
}
