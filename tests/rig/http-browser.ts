import { httpRequest } from './http-request.js';

/** An answer as a browser without script sees it. */
export interface Page {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly html: string;
}

/**
 * A browser without script: keeps cookies, follows redirects, fills forms, and says where a request comes from as
 * browsers do. Cookies are those of one origin; partitions are the business of real browsers (tests/browser).
 */
export class HttpBrowser {
  readonly cookies = new Map<string, string>();
  /** Each `Set-Cookie` line ever received. */
  readonly setCookies: string[] = [];
  readonly #origin: string;
  readonly #headers: Record<string, string>;

  /** @param issuer the only origin that is visited; a redirect elsewhere is where a visit ends. */
  constructor(issuer: string, headers: Record<string, string> = {}) {
    this.#origin = new URL(issuer).origin;
    this.#headers = headers;
  }

  /** A top-level navigation, following redirects within the server. */
  async visit(url: string, headers: Record<string, string> = {}): Promise<Page> {
    return this.#follow('GET', url, null, { ...NAVIGATION, 'sec-fetch-site': 'none', ...headers });
  }

  /** Posts a form that stands on a page, as its submit button would. */
  async submit(
    page: Page,
    fields: Record<string, string> = {},
    headers: Record<string, string> = {},
  ): Promise<Page> {
    const form = formOf(page);
    const body = new URLSearchParams({ ...form.fields, ...fields });
    return this.#follow('POST', new URL(form.action, page.url).href, body, {
      ...NAVIGATION,
      'sec-fetch-site': 'same-origin',
      origin: this.#origin,
      referer: page.url,
      ...headers,
    });
  }

  /**
   * Fills fields that stand on a page and presses one of its buttons, as a person whose browser runs no script does.
   *
   * @param button the button's id.
   */
  async press(page: Page, button: string, fields: Record<string, string> = {}): Promise<Page> {
    const tag = tagsOf(page, 'button').find((found) => attributeOf(found, 'id') === button);
    if (tag === undefined || attributeOf(tag, 'type') === 'button')
      throw new Error(`${page.url} has no button ${button} that works without script`);
    const inputs = new Set(tagsOf(page, 'input').map((found) => attributeOf(found, 'name')));
    for (const name of Object.keys(fields))
      if (!inputs.has(name)) throw new Error(`${page.url} has no field ${name}`);
    const name = attributeOf(tag, 'name');
    return this.submit(page, {
      ...fields,
      ...(name !== null && { [name]: attributeOf(tag, 'value') ?? '' }),
    });
  }

  /** One request, no redirect followed. */
  async send(
    method: string,
    url: string,
    body: URLSearchParams | string | null,
    headers: Record<string, string>,
  ): Promise<Page> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const sent: Record<string, string> = {
      ...(body instanceof URLSearchParams && { 'content-type': 'application/x-www-form-urlencoded' }),
      ...this.#headers,
      ...headers,
      ...(cookie !== '' && !('cookie' in headers) && { cookie }),
    };
    const response = await httpRequest(method, url, sent, body?.toString() ?? null);
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    return { url, status: response.status, headers: response.headers, html: response.text };
  }

  async #follow(
    method: string,
    url: string,
    body: URLSearchParams | null,
    headers: Record<string, string>,
  ): Promise<Page> {
    let page = await this.send(method, url, body, headers);
    for (let hops = 0; hops < 20; hops += 1) {
      const location = page.headers.get('location');
      if (location === null) return page;
      const next = new URL(location, page.url);
      if (next.origin !== this.#origin) return { ...page, url: next.href };
      const { origin: _, ...kept } = headers;
      page = await this.send('GET', next.href, null, kept);
    }
    throw new Error('over 20 redirects');
  }

  /** Takes the cookies of an answer that another jar has waited for: it was under way until now. */
  receive({ headers }: Pick<Page, 'headers'>): void {
    for (const line of headers.getSetCookie()) this.#keep(line);
  }

  #keep(line: string): void {
    this.setCookies.push(line);
    const [pair = '', ...attributes] = line.split('; ');
    const name = pair.slice(0, pair.indexOf('='));
    if (attributes.includes('Max-Age=0')) this.cookies.delete(name);
    else this.cookies.set(name, pair.slice(pair.indexOf('=') + 1));
  }
}

const NAVIGATION = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', 'sec-fetch-user': '?1' };

/** The only form of a page: where it posts, and its hidden fields. */
export function formOf(page: Page): { action: string; fields: Record<string, string> } {
  const action = attributeOf(tagsOf(page, 'form')[0] ?? '', 'action');
  if (action === null) throw new Error(`no form on ${page.url} (${page.status}): ${page.html.slice(0, 500)}`);
  const fields: Record<string, string> = {};
  for (const tag of tagsOf(page, 'input')) {
    const name = attributeOf(tag, 'name');
    if (name === null || attributeOf(tag, 'type') !== 'hidden') continue;
    fields[name] = attributeOf(tag, 'value') ?? '';
  }
  return { action, fields };
}

/**
 * What a `form_post` answer sends to another site once its button is pressed, by a browser that runs no script and so
 * shows what stands in `noscript`.
 */
export function submissionOf(page: Page): { url: string; fields: Record<string, string> } {
  const [form = ''] = tagsOf(page, 'form');
  const inside = page.html.slice(page.html.indexOf(form), page.html.indexOf('</form>'));
  const buttons = tagsOf({ html: inside }, 'button').filter((tag) => attributeOf(tag, 'type') === 'submit');
  if (attributeOf(form, 'method') !== 'post' || buttons.length !== 1)
    throw new Error(`no form to post with one button on ${page.url}: ${page.html.slice(0, 500)}`);
  const { action, fields } = formOf(page);
  return { url: action, fields };
}

function tagsOf({ html }: Pick<Page, 'html'>, element: string): string[] {
  return [...html.matchAll(new RegExp(`<${element}\\b[^>]*>`, 'g'))].map(([tag]) => tag);
}

function attributeOf(tag: string, name: string): string | null {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
  return value === undefined ? null : unescapeHtml(value);
}

function unescapeHtml(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
