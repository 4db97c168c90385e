import { HttpBrowser } from '../rig/http-browser.js';
import { answerOf, authorizationRequest, signIn } from '../rig/relying-party.js';
import { type Code, FamilyClient } from './family-client.js';
import { API, CALLBACK, type ClientId, SIGNED_OUT } from './tenant.js';
import type { Traffic } from './traffic.js';

/** An End-User with one browser, one session, and the applications that were opened in it. */
export class Person {
  readonly name: string;
  readonly clients: FamilyClient[] = [];
  readonly #traffic: Traffic;
  readonly #browser: HttpBrowser;

  private constructor(traffic: Traffic, name: string) {
    this.name = name;
    this.#traffic = traffic;
    this.#browser = new HttpBrowser(traffic.installation.issuer, {
      'user-agent': `crash-browser/1.0 (${name})`,
    });
  }

  /** @param name of this browser and its session, not used again. */
  static async signIn(traffic: Traffic, name: string, username: string): Promise<Person> {
    const person = new Person(traffic, name);
    const page = await signIn(person.#browser, person.#request('moored'), username);
    if (!page.url.startsWith(CALLBACK)) throw new Error(`${username} was not signed in: ${page.status}`);
    return person;
  }

  /** Opens an application; its code waits to be exchanged. */
  async open(clientId: ClientId): Promise<FamilyClient> {
    const request = this.#request(clientId);
    const code = answerOf(await this.#browser.visit(request.url)).get('code');
    if (code === null) throw new Error(`no code for ${this.name}`);
    const waiting: Code = { code, verifier: request.verifier };
    const client = new FamilyClient(this.#traffic, `${this.name}/${this.clients.length}`, clientId, waiting);
    this.clients.push(client);
    return client;
  }

  /** Opens an application and has its tokens. */
  async openWithTokens(clientId: ClientId): Promise<FamilyClient> {
    const client = await this.open(clientId);
    await client.exchange();
    return client;
  }

  /** @returns Whether it was acknowledged. */
  async signOut(): Promise<boolean> {
    const sentAt = this.#traffic.observe();
    const query = new URLSearchParams({ client_id: 'moored', returnTo: SIGNED_OUT });
    const acknowledged = await this.#browser
      .visit(`${this.#traffic.installation.issuer}v2/logout?${query}`, { referer: CALLBACK })
      .then(
        (page) => page.url === SIGNED_OUT,
        // No answer: whether it was done, nobody knows.
        () => false,
      );
    this.#traffic.entries.push({
      kind: 'ending',
      families: [this.name, ...this.clients.map(({ family }) => family)],
      sentAt,
      answeredAt: this.#traffic.observe(),
      acknowledged,
    });
    return acknowledged;
  }

  /** Looks whether the session still answers silently. */
  async probe(): Promise<void> {
    const sentAt = this.#traffic.observe();
    const page = await this.#browser.visit(this.#request('moored', { prompt: 'none' }).url);
    const answer = answerOf(page);
    const isAlive = answer.has('code');
    if (!isAlive && answer.get('error') !== 'login_required')
      throw new Error(`a silent request was answered ${page.status} ${page.url}`);
    this.#traffic.entries.push({
      kind: 'probe',
      family: this.name,
      what: 'session by prompt=none',
      sentAt,
      answeredAt: this.#traffic.observe(),
      isAlive,
    });
  }

  #request(clientId: ClientId, overrides: Record<string, string> = {}) {
    return authorizationRequest(this.#traffic.installation.issuer, {
      client_id: clientId,
      redirect_uri: CALLBACK,
      scope: 'openid offline_access',
      audience: API,
      ...overrides,
    });
  }
}
