import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { formOf, HttpBrowser, type Page } from '../rig/http-browser.js';
import { startNodes } from '../rig/nodes.js';
import { OFFLINE, PARTIES, post, type RefreshTokens, refresh, refreshTenant } from '../rig/refresh.js';
import { authorizationRequest, type Request } from '../rig/relying-party.js';
import { claimsOf, copyOf } from '../rig/session.js';
import { PASSWORD } from '../rig/tenant.js';

const PEOPLE = { ada: 'mira@harbour.example', bob: 'otto@harbour.example' } as const;
const SUBJECTS = { ada: 'auth0|mira', bob: 'auth0|otto' } as const;
type Person = keyof typeof PEOPLE;

/** What happens in one browser. Its answers come at once, never, or after something else; on either node. */
type Step =
  | {
      readonly kind: 'sign-in';
      readonly person: Person;
      readonly node: 0 | 1;
      readonly fate: 'now' | 'lost' | 'late';
    }
  | {
      readonly kind: 'two-tabs';
      readonly people: readonly [Person, Person];
      readonly firstComesLast: boolean;
    }
  | { readonly kind: 'late-page'; readonly node: 0 | 1 }
  | { readonly kind: 'deliver' }
  | { readonly kind: 'sign-out'; readonly node: 0 | 1 };

const person = fc.constantFrom<Person>('ada', 'bob');
const node = fc.constantFrom<0 | 1>(0, 1);
const fate = fc.constantFrom<'now' | 'lost' | 'late'>('now', 'lost', 'late');
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('sign-in' as const), person, node, fate }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('two-tabs' as const),
      people: fc.tuple(person, person),
      firstComesLast: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('late-page' as const), node }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('deliver' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('sign-out' as const), node }) },
);

/** Which of a session's cookies it is: each sign-in makes the next. */
interface Held {
  readonly session: number;
  readonly version: number;
}

/** An answer that has not come yet, the request that it will end in, and the cookie that it carries. */
interface UnderWay {
  readonly answer: Page;
  readonly request: Request | null;
  readonly held: Held | null;
  readonly node: 0 | 1;
}

/** One browser, two nodes, and what must be true of them. Less than 30 s pass in all: answers are late by no more. */
class Story {
  readonly #nodes: readonly [Deployment, Deployment];
  readonly #browser: HttpBrowser;
  readonly #tokens: string[] = [];
  #late: UnderWay[] = [];
  #standing: (Held & { readonly person: Person }) | null = null;
  #jar: Held | null = null;
  #begun = 0;

  constructor(nodes: readonly [Deployment, Deployment]) {
    this.#nodes = nodes;
    this.#browser = new HttpBrowser(nodes[0].issuer);
  }

  async play(steps: readonly Step[]): Promise<void> {
    await this.#forgetOthers();
    await this.#openLogin(0);
    for (const one of [...steps, { kind: 'sign-out', node: 1 } as const]) {
      this.#nodes[0].clock.advance(500);
      await this.#take(one);
      expect(await this.#countSessions()).toBe(this.#standing === null ? 0 : 1);
      await this.#lookWho();
    }
  }

  /** Of a run that failed something may be left. */
  async #forgetOthers(): Promise<void> {
    const { store, clock } = this.#nodes[0];
    for (const { sid } of await this.#sessions())
      await store.endSession({ sid, reason: 'revoked', now: clock.now(), events: [] });
  }

  async #take(one: Step): Promise<void> {
    switch (one.kind) {
      case 'sign-in':
        return this.#signIn(one.person, one.node, one.fate);
      case 'two-tabs':
        return this.#signInTwice(one.people, one.firstComesLast);
      case 'late-page': {
        const { url } = authorizationRequest(this.#nodes[0].issuer);
        const answer = await copyOf(this.#nodes[0], this.#browser).send(
          'GET',
          this.#at(one.node, url),
          null,
          {},
        );
        this.#late.push({ answer, request: null, held: this.#jar, node: one.node });
        return;
      }
      case 'deliver': {
        const [first, ...rest] = this.#late;
        this.#late = rest;
        if (first !== undefined) await this.#receive(first);
        return;
      }
      case 'sign-out':
        return this.#signOut(one.node);
    }
  }

  async #signIn(who: Person, at: 0 | 1, fateOfAnswer: 'now' | 'lost' | 'late'): Promise<void> {
    const opened = await this.#openLogin(at);
    const answer = await this.#postLogin(opened.page, who, at);
    const held = this.#commit(who);
    const underWay = { answer, request: opened.request, held, node: at };
    if (fateOfAnswer === 'late') this.#late.push(underWay);
    if (fateOfAnswer !== 'now') return;
    const sub = await this.#receive(underWay);
    expect(sub).toBe(SUBJECTS[who]);
  }

  /** Both forms at once, each on its own node: the store says who came last. */
  async #signInTwice(people: readonly [Person, Person], firstComesLast: boolean): Promise<void> {
    const opened = [await this.#openLogin(0), await this.#openLogin(1)] as const;
    const answers = await Promise.all([
      this.#postLogin(opened[0].page, people[0], 0),
      this.#postLogin(opened[1].page, people[1], 1),
    ]);
    const live = (await this.#sessions())[0];
    expect(people.map((one) => SUBJECTS[one])).toContain(live?.userId);
    const last = live?.userId === SUBJECTS.ada ? 'ada' : 'bob';
    this.#begun += 1;
    this.#standing = { person: last, session: this.#begun, version: 0 };
    // Which of the two made the cookie that counts is seen by what the browser gets for it.
    this.#jar = null;
    const order = firstComesLast ? ([1, 0] as const) : ([0, 1] as const);
    for (const index of order) this.#browser.receive(answers[index]);
    for (const index of order) {
      const answer = answers[index];
      const sub = await this.#goOn({ answer, request: opened[index].request, node: index });
      if (sub !== null) expect(sub).toBe(SUBJECTS[last]);
    }
    // Of one End-User's two sign-ins either answer leaves the browser signed in.
    if (people[0] === people[1]) this.#jar = this.#standing;
    else this.#jar = (await this.#ask(0)) === null ? null : this.#standing;
  }

  async #signOut(at: 0 | 1): Promise<void> {
    const { issuer } = this.#nodes[at];
    const headers = {
      'sec-fetch-site': 'same-origin',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
    };
    const page = await this.#browser.send('GET', `${issuer}v2/logout?client_id=spa-a`, null, headers);
    expect(page.status).toBe(200);
    this.#standing = null;
    this.#jar = null;
    for (const token of this.#tokens)
      expect((await refresh(this.#nodes[at === 0 ? 1 : 0], token)).status).toBe(400);
    this.#tokens.length = 0;
  }

  /** Whoever is answered is who signed in last; and who should be signed in still is. */
  async #lookWho(): Promise<void> {
    const sub = await this.#ask(1);
    const { session, version } = this.#jar ?? { session: -1, version: -1 };
    const standing = this.#standing;
    const isSignedIn = standing !== null && session === standing.session && standing.version - version <= 1;
    expect(sub).toBe(isSignedIn ? SUBJECTS[standing.person] : null);
    if (isSignedIn) this.#jar = standing;
  }

  #commit(who: Person): Held {
    const standing = this.#standing;
    if (standing?.person !== who) this.#begun += 1;
    const version = standing?.person === who ? standing.version + 1 : 0;
    this.#standing = { person: who, session: this.#begun, version };
    return this.#standing;
  }

  async #receive(underWay: UnderWay): Promise<string | null> {
    this.#browser.receive(underWay.answer);
    if (underWay.held !== null) this.#jar = underWay.held;
    return underWay.request && this.#goOn({ ...underWay, request: underWay.request });
  }

  /** The redirect that an answer was, and the exchange of the code it leads to. */
  async #goOn(underWay: { answer: Page; request: Request; node: 0 | 1 }): Promise<string | null> {
    const location = underWay.answer.headers.get('location');
    if (location === null) return null;
    const page = await this.#browser.send(
      'GET',
      new URL(location, this.#nodes[underWay.node].issuer).href,
      null,
      {},
    );
    return this.#exchange(page, underWay.request, underWay.node);
  }

  /** Whom an application is told of that asks now; `null` where it is led to a page. */
  async #ask(at: 0 | 1): Promise<string | null> {
    const request = authorizationRequest(this.#nodes[0].issuer, { scope: OFFLINE });
    const page = await this.#browser.send('GET', this.#at(at, request.url), null, {});
    return this.#exchange(page, request, at);
  }

  async #exchange(page: Page, request: Request, at: 0 | 1): Promise<string | null> {
    const location = page.headers.get('location');
    const code = location === null ? null : new URL(location, page.url).searchParams.get('code');
    if (code === null) return null;
    const { redirectUri, fields, headers } = PARTIES['spa-a'];
    const exchange = {
      grant_type: 'authorization_code',
      redirect_uri: redirectUri,
      code,
      code_verifier: request.verifier,
    };
    const answer = await post(this.#nodes[at], 'oauth/token', { ...fields, ...exchange }, headers);
    expect(answer.status).toBe(200);
    const tokens = JSON.parse(answer.text) as RefreshTokens;
    this.#tokens.push(tokens.refresh_token);
    return claimsOf(tokens.id_token).sub as string;
  }

  async #openLogin(at: 0 | 1): Promise<{ page: Page; request: Request }> {
    const request = authorizationRequest(this.#nodes[0].issuer, { prompt: 'login', scope: OFFLINE });
    const start = await this.#browser.send('GET', this.#at(at, request.url), null, {});
    const page = await this.#browser.send('GET', this.#at(at, start.headers.get('location') ?? ''), null, {});
    expect(page.status).toBe(200);
    return { page, request };
  }

  #postLogin(page: Page, who: Person, at: 0 | 1): Promise<Page> {
    const { action, fields } = formOf(page);
    const body = new URLSearchParams({ ...fields, username: PEOPLE[who], password: PASSWORD });
    const jar = copyOf(this.#nodes[0], this.#browser);
    return jar.send('POST', this.#at(at, action), body, { 'sec-fetch-site': 'same-origin' });
  }

  /** The same address on another node. */
  #at(at: 0 | 1, url: string): string {
    const { pathname, search } = new URL(url, this.#nodes[0].issuer);
    return new URL(`${pathname}${search}`, this.#nodes[at].issuer).href;
  }

  async #sessions() {
    const all = { userId: null, clientId: null, after: null, atMost: 10_000 };
    const listed = await this.#nodes[0].store.findSessions(all);
    return listed.map(({ session }) => session).filter(({ endedAt }) => endedAt === null);
  }

  async #countSessions(): Promise<number> {
    return (await this.#sessions()).length;
  }
}

const steps = fc.array(step, { minLength: 2, maxLength: 8 });

describe('any order of sign-ins, other people, lost and late answers and sign-outs, over two tabs and two nodes', () => {
  describe('SQLite', () => {
    let op: Deployment;
    beforeAll(async () => {
      op = await startDeployment({ tenantFile: refreshTenant() });
    });
    afterAll(() => op.stop());

    test('one session there is, who signed in last is answered, and after a sign-out nothing lives', async () => {
      await fc.assert(
        fc.asyncProperty(steps, (taken) => new Story([op, op]).play(taken)),
        { numRuns: 15 },
      );
    });
  });

  describe('PostgreSQL, two nodes', () => {
    let nodes: Awaited<ReturnType<typeof startNodes>>;
    beforeAll(async () => {
      nodes = await startNodes(refreshTenant());
    });
    afterAll(() => nodes.stop());

    test('one session there is, who signed in last is answered, and after a sign-out nothing lives', async () => {
      await fc.assert(
        fc.asyncProperty(steps, (taken) => new Story([nodes.first, nodes.others[0]]).play(taken)),
        { numRuns: 10 },
      );
    });
  });
});
