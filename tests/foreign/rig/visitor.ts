import { HttpBrowser, type Page } from '../../rig/http-browser.js';
import { ADA } from './server.js';

/** One browser of a person, at an application and at the server. Cookies of ports are kept apart, unlike in browsers. */
export class Visitor {
  readonly #application: HttpBrowser;
  readonly #server: HttpBrowser;

  constructor(
    private readonly origin: string,
    private readonly issuer: string,
  ) {
    this.#application = new HttpBrowser(origin);
    this.#server = new HttpBrowser(issuer);
  }

  /** Goes to a page of the application, fills the login form where one comes, and ends at the application again. */
  async open(path: string): Promise<Page> {
    let page = await this.#application.visit(new URL(path, this.origin).href);
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
