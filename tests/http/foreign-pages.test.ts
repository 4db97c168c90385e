import type { Store } from '@sojourn/server';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { attachedPartition } from '../rig/attachments.js';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { HttpBrowser, type Page } from '../rig/http-browser.js';
import { authorizationRequest, messageOf } from '../rig/relying-party.js';
import { askInFrame, expectRefusedPage, FRAME } from '../rig/requests.js';
import { browserWithSession } from '../rig/session.js';
import { tenantFile } from '../rig/tenant.js';

const EVIL = { referer: 'https://evil.test/' };
const HONEST = { referer: 'https://a.test/page' };
const SILENT = { prompt: 'none', response_mode: 'web_message' };
/** More than one place may ask at once. */
const MANY = 160;

let op: Deployment;
/** What the server asked its store for, by name. */
let calls: string[];
beforeAll(async () => {
  const file = tenantFile();
  const implicit = {
    client_id: 'spa-i',
    name: 'Harbour Implicit',
    app_type: 'spa',
    callbacks: ['https://i.test/cb'],
    web_origins: ['https://i.test'],
    grant_types: ['implicit'],
  };
  op = await startDeployment({
    tenantFile: { ...file, clients: [...file.clients, implicit] },
    wrapStore: (store) =>
      new Proxy(store, {
        get(target, name) {
          const member = Reflect.get(target, name) as unknown;
          if (typeof member !== 'function') return member;
          return (...given: unknown[]) => {
            calls?.push(String(name));
            return member.apply(target, given) as unknown;
          };
        },
      }) as Store,
  });
});
afterAll(() => op.stop());
beforeEach(() => {
  calls = [];
  op.clock.advance(60_000);
});

const ask = (browser: HttpBrowser, headers: Record<string, string>, overrides: Record<string, string> = {}) =>
  browser.send('GET', authorizationRequest(op.issuer, { ...SILENT, ...overrides }).url, null, headers);

describe('a foreign page learns nothing by image, script or fetch', () => {
  const DESTINATIONS = [
    ['image', 'no-cors'],
    ['script', 'no-cors'],
    ['style', 'no-cors'],
    ['audio', 'no-cors'],
    ['object', 'navigate'],
    ['embed', 'navigate'],
    ['empty', 'no-cors'],
    ['empty', 'cors'],
    ['worker', 'same-origin'],
    ['fencedframe', 'navigate'],
    // A destination of a page by a mode that shows none.
    ['document', 'no-cors'],
    ['iframe', 'cors'],
  ] as const;
  for (const [destination, mode] of DESTINATIONS)
    for (const [from, referer] of [
      ['elsewhere', EVIL],
      ['the client’s own page', HONEST],
    ] as const)
      for (const overrides of [SILENT, { prompt: 'login' }])
        test(`${destination} by ${mode} from ${from}, prompt=${overrides.prompt}: the refused page, no cookie read, no row written`, async () => {
          const headers = {
            'sec-fetch-dest': destination,
            'sec-fetch-mode': mode,
            'sec-fetch-site': 'cross-site',
            ...referer,
          };
          const browser = await browserWithSession(op);
          calls = [];
          const known = await browser.send(
            'GET',
            authorizationRequest(op.issuer, overrides).url,
            null,
            headers,
          );
          expectRefusedPage(known);
          expect(known.headers.getSetCookie()).toEqual([]);
          expect(calls).toEqual([]);
        });

  test('a frame whose Referer cannot be read is a foreign one', async () => {
    const browser = await browserWithSession(op);
    for (const referer of ['about:blank', 'null', 'data:text/html,x', 'nonsense', '']) {
      calls = [];
      expectRefusedPage(await ask(browser, { ...FRAME, referer }));
      expect(calls, referer).toEqual([]);
    }
  });
});

describe('a foreign page cannot use up what an honest page may ask', () => {
  const isAnswered = async (browser: HttpBrowser, headers: Record<string, string>, overrides = {}) =>
    (await askInFrame(op, browser, overrides, headers)).response.code !== undefined;
  const B = { client_id: 'spa-b', redirect_uri: 'https://b.test/cb' };
  const TOP = { 'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate' };

  test.each([
    [
      'images',
      { 'sec-fetch-dest': 'image', 'sec-fetch-mode': 'no-cors', 'sec-fetch-site': 'cross-site', ...EVIL },
      {},
    ],
    ['frames that hide their Referer', FRAME, {}],
    ['frames of its own', { ...FRAME, ...EVIL }, {}],
    ['windows that it opens', { ...TOP, 'sec-fetch-site': 'cross-site', ...EVIL }, {}],
    ['windows without Referer', { ...TOP, 'sec-fetch-site': 'cross-site' }, {}],
    ['frames for another client', { ...FRAME, referer: 'https://b.test/' }, B],
  ])('%s', async (_name, headers, overrides) => {
    const browser = await browserWithSession(op);
    for (let index = 0; index < MANY; index += 1) await ask(browser, headers, overrides);
    expect(await isAnswered(browser, { ...FRAME, ...HONEST })).toBe(true);
  });

  test('a hardened page of the issuer’s own site keeps its allowance, though it sends no Referer either', async () => {
    const browser = await browserWithSession(op);
    for (let index = 0; index < MANY; index += 1) await ask(browser, FRAME);
    expect(await isAnswered(browser, FRAME)).toBe(false);
    expect(await isAnswered(browser, { ...FRAME, 'sec-fetch-site': 'same-site' })).toBe(true);
  });

  test('a page in a loop does reach its own end', async () => {
    const browser = await browserWithSession(op);
    for (let index = 0; index < MANY; index += 1) await ask(browser, { ...FRAME, ...HONEST });
    const { response } = await askInFrame(op, browser, {}, HONEST);
    expect(`${response.error}: ${response.sojourn_reason}`).toBe(
      'temporarily_unavailable: too-many-silent-requests',
    );
  });
});

describe('a frame that does not say whose page it is in gets answers of one length', () => {
  /** Of the whole answer, as it goes over the line. */
  const lengthOf = ({ headers, html, status }: Page) =>
    [...headers.entries()]
      .filter(([name]) => !['date', 'connection', 'keep-alive'].includes(name))
      .reduce((sum, [name, value]) => sum + name.length + value.length + 4, `${status}`.length) +
    Buffer.byteLength(html);
  const I = { client_id: 'spa-i', redirect_uri: 'https://i.test/cb', response_type: 'id_token token' };

  for (const response_mode of ['web_message', 'query', 'fragment', 'form_post'])
    for (const state of ['s', 'x'.repeat(1_000), '\u2028<'.repeat(200)])
      test(`${response_mode}, a state of ${state.length} characters beginning with ${JSON.stringify(state[0])}`, async () => {
        const overrides = { response_mode, state };
        const signedIn = await browserWithSession(op);
        const partition = await attachedPartition(op, signedIn);
        const answers = [
          await ask(signedIn, FRAME, overrides),
          await ask(new HttpBrowser(op.issuer), FRAME, overrides),
          await ask(partition, FRAME, overrides),
          await ask(
            signedIn,
            { ...FRAME, 'sec-fetch-storage-access': 'none' },
            { ...overrides, max_age: '0' },
          ),
          await ask(await expired(), FRAME, overrides),
        ];
        expect(new Set(answers.map(({ status }) => status)).size).toBe(1);
        expect(new Set(answers.map(lengthOf)).size).toBe(1);
      });

  test('tokens in the answer', async () => {
    const known = await ask(await browserWithSession(op), FRAME, I);
    expect(messageOf(known).response).toHaveProperty('access_token');
    const unknown = await ask(new HttpBrowser(op.issuer), FRAME, I);
    expect(messageOf(unknown).response.error).toBe('login_required');
    expect(lengthOf(known)).toBe(lengthOf(unknown));
  });

  test('a dropped attachment shows in no length either', async () => {
    const partition = await attachedPartition(op, await browserWithSession(op));
    const otto = await browserWithSession(op, 'auth0|otto');
    const plain = await ask(otto, FRAME);
    for (const [name, value] of partition.cookies) otto.cookies.set(name, value);
    const dropping = await ask(otto, FRAME);
    expect(dropping.headers.getSetCookie()).toHaveLength(1);
    expect(lengthOf(dropping)).toBe(lengthOf(plain));
  });

  test('the honest page that names itself pays for no padding', async () => {
    const page = await ask(await browserWithSession(op), { ...FRAME, ...HONEST });
    expect(page.headers.get('sojourn-padding')).toBeNull();
    expect(page.html.endsWith('</html>')).toBe(true);
  });

  const expired = async () => {
    const browser = await browserWithSession(op);
    op.clock.advance(72 * 60 * 60 * 1000);
    return browser;
  };
});
