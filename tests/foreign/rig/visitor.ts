import { HttpBrowser, type Page } from '../../rig/http-browser.js';
import { ADA } from './server.js';

/** By this, too, programs tell a person who looks at pages from another program. */
const ACCEPT = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

/** One browser of a person, at an application and at the server. Cookies of ports are kept apart, unlike in browsers. */
export class Visitor {
  readonly origin: string;
  readonly issuer: string;
  readonly #application: HttpBrowser;
  readonly #server: HttpBrowser;

  /**
   * @param origin of the application.
   * @param issuer of the server.
   */
  constructor(origin: string, issuer: string) {
    this.origin = origin;
    this.issuer = issuer;
    this.#application = new HttpBrowser(origin, ACCEPT);
    this.#server = new HttpBrowser(issuer, ACCEPT);
  }

  /** Leaves by the application's own page, whose button, where it has one, asks whether that is meant. */
  async leave(path: string): Promise<Page> {
    const page = await this.#application.visit(new URL(path, this.origin).href);
    const isAsked = page.url.startsWith(this.origin) && /<form[^>]+method="post"/.test(page.html);
    return this.#follow(isAsked ? await this.#application.submit(page) : page);
  }

  /** Goes to a page of the application, fills the login form where one comes, and ends at the application again. */
  async open(path: string): Promise<Page> {
    return this.#follow(await this.#application.visit(new URL(path, this.origin).href));
  }

  async #follow(from: Page): Promise<Page> {
    let page = from;
    for (let turns = 0; turns < 5 && page.url.startsWith(this.issuer); turns += 1) {
      page = await this.#server.visit(page.url, {
        referer: `${this.origin}/`,
        'sec-fetch-site': 'cross-site',
      });
      if (isLoginPage(page))
        page = await this.#server.submit(page, { username: ADA.email, password: ADA.password });
      if (page.url.startsWith(`${this.origin}/`)) page = await this.#application.visit(page.url);
      else return page;
    }
    return page;
  }

  /** Goes to a page of the application and no further than the server's first page. */
  async ask(path: string): Promise<Page> {
    const page = await this.#application.visit(new URL(path, this.origin).href);
    return page.url.startsWith(this.issuer) ? this.#server.visit(page.url) : page;
  }
}

/** Whether this is the form that asks for a password. */
export function isLoginPage(page: Page): boolean {
  return /<input[^>]+name="password"/.test(page.html);
}
