import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attachedPartition, attachedValue, exchangeInPage, generationOf, renew } from '../rig/attachments.js';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import type { HttpBrowser } from '../rig/http-browser.js';
import { askInFrame, codeFor } from '../rig/requests.js';
import { browserWithSession, copyOf } from '../rig/session.js';
import { tenantFile } from '../rig/tenant.js';

let op: Deployment;
beforeAll(async () => {
  op = await startDeployment({ tenantFile: tenantFile() });
});
afterAll(() => op.stop());

const reasonOf = async (browser: HttpBrowser) => {
  const { response } = await askInFrame(op, browser);
  return response.code === undefined ? `${response.error}: ${response.sojourn_reason}` : 'code';
};

const replays = async () => {
  const events = await op.store.findEvents({ after: 0, since: 0, atMost: 1_000 });
  return events.filter(({ name }) => name === 'attachment.replayed');
};

describe('design.md 4: an attachment is judged like a refresh token family', () => {
  test('each exchange moves it by one', async () => {
    const partition = await attachedPartition(op, await browserWithSession(op));
    const generations: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      generations.push(generationOf(attachedValue(partition)));
      op.clock.advance(60_000);
      await renew(op, partition);
    }
    expect(generations).toEqual([1, 2, 3, 4]);
  });

  test('two tabs that renew at once get the same value, and both go on', async () => {
    const first = await attachedPartition(op, await browserWithSession(op));
    op.clock.advance(60_000);
    const second = copyOf(op, first);
    const asked = await Promise.all([askInFrame(op, first), askInFrame(op, second)]);
    const tabs = [first, second];
    await Promise.all(
      asked.map(({ response, request }, tab) =>
        exchangeInPage(tabs[tab] as HttpBrowser, op, { ...request, code: response.code as string }),
      ),
    );
    expect(attachedValue(first)).toBe(attachedValue(second));
    expect(generationOf(attachedValue(first))).toBe(2);
    op.clock.advance(60_000);
    expect(await reasonOf(first)).toBe('code');
    expect(await reasonOf(second)).toBe('code');
  });

  test('20 tabs at once end with one value', async () => {
    const partition = await attachedPartition(op, await browserWithSession(op));
    op.clock.advance(60_000);
    const tabs = Array.from({ length: 20 }, () => copyOf(op, partition));
    await Promise.all(tabs.map((tab) => renew(op, tab)));
    expect(new Set(tabs.map(attachedValue)).size).toBe(1);
    expect(generationOf(attachedValue(tabs[0] as HttpBrowser))).toBe(2);
  });

  test('the former value answers for 30 seconds, so that a lost answer signs nobody out', async () => {
    const partition = await attachedPartition(op, await browserWithSession(op));
    op.clock.advance(60_000);
    const slow = copyOf(op, partition);
    await renew(op, partition);
    op.clock.advance(29_999);
    await renew(op, slow);
    expect(attachedValue(slow)).toBe(attachedValue(partition));
    expect(await reasonOf(partition)).toBe('code');
  });

  test('replayed past 30 seconds it ends the attachment, for thief and owner, and is recorded', async () => {
    const partition = await attachedPartition(op, await browserWithSession(op));
    const thief = copyOf(op, partition);
    op.clock.advance(60_000);
    await renew(op, partition);
    op.clock.advance(30_000);
    const before = (await replays()).length;
    expect(await reasonOf(thief)).toBe('login_required: no-session');
    expect(await reasonOf(partition)).toBe('login_required: no-session');
    const [event, ...others] = (await replays()).slice(before);
    expect(event).toMatchObject({ clientId: 'spa-a', userId: 'auth0|mira', sid: expect.any(String) });
    expect(others).toEqual([]);
  });

  test('a value two generations old ends it even within 30 seconds', async () => {
    const partition = await attachedPartition(op, await browserWithSession(op));
    const thief = copyOf(op, partition);
    await renew(op, partition);
    await renew(op, partition);
    expect(await reasonOf(thief)).toBe('login_required: no-session');
    expect(await reasonOf(partition)).toBe('login_required: no-session');
  });

  test('the End-User’s session lives on, and the next sign-in by hand attaches again', async () => {
    const browser = await browserWithSession(op);
    const partition = await attachedPartition(op, browser);
    const thief = copyOf(op, partition);
    op.clock.advance(60_000);
    await renew(op, partition);
    op.clock.advance(60_000);
    expect(await reasonOf(thief)).toBe('login_required: no-session');
    const again = await attachedPartition(op, browser);
    expect(await reasonOf(again)).toBe('code');
  });

  test('a value that a replay has ended stays dead after the End-User attached again', async () => {
    const browser = await browserWithSession(op);
    const owner = await attachedPartition(op, browser);
    const thief = copyOf(op, owner);
    op.clock.advance(60_000);
    await renew(op, thief);
    op.clock.advance(60_000);
    expect(await reasonOf(owner)).toBe('login_required: no-session');
    await attachedPartition(op, browser);
    expect(await reasonOf(thief)).toBe('login_required: no-session');
  });

  test('sign-ins of two tabs within the overlap share one value; a later one moves it', async () => {
    const browser = await browserWithSession(op);
    const [first, second] = [await attachedPartition(op, browser), await attachedPartition(op, browser)];
    expect(attachedValue(second)).toBe(attachedValue(first));
    op.clock.advance(30_000);
    const third = await attachedPartition(op, browser);
    expect(generationOf(attachedValue(third))).toBe(2);
    expect(await reasonOf(third)).toBe('code');
  });

  test('a code that came from a value which is dead meanwhile brings no cookie', async () => {
    const partition = await attachedPartition(op, await browserWithSession(op));
    const { response, request } = await askInFrame(op, partition);
    await renew(op, partition);
    await renew(op, partition);
    const late = copyOf(op, partition);
    const answer = await exchangeInPage(late, op, { ...request, code: response.code as string });
    expect(answer.status).toBe(200);
    expect(answer.headers.getSetCookie()).toEqual([]);
  });

  test('where the session cookie comes along, the exchange moves the attachment that was presented', async () => {
    const browser = await browserWithSession(op);
    const partition = await attachedPartition(op, browser);
    op.clock.advance(60_000);
    for (const [name, value] of partition.cookies) browser.cookies.set(name, value);
    await renew(op, browser);
    expect(generationOf(browserAttachment(browser))).toBe(2);
  });

  test('a value newer than its row proves a restored database: nobody is signed out', async () => {
    const partition = await attachedPartition(op, await browserWithSession(op));
    for (let round = 0; round < 3; round += 1) await renew(op, partition);
    const { hashHandle } = await import('@sojourn/server');
    const value = attachedValue(partition);
    const handleHash = hashHandle(value.split('.')[2] as string);
    const kid = value.split('.')[1] as string;
    await op.store.advanceAttachment({ handleHash, generation: 1, kid, now: op.clock.now(), events: [] });
    expect(await reasonOf(partition)).toBe('code');
    await renew(op, partition);
    expect(generationOf(attachedValue(partition))).toBe(5);
  });
});

const browserAttachment = (browser: HttpBrowser) =>
  [...browser.cookies].find(([name]) => name.includes('.attached.'))?.[1] ?? '';

describe('forgeries change nothing', () => {
  test.each([
    ['a higher generation', 3, (text: string) => String(Number(text) + 1)],
    ['another handle', 2, () => 'A'.repeat(22)],
    ['another tag', 4, (text: string) => `${text[0] === 'A' ? 'B' : 'A'}${text.slice(1)}`],
    ['an unknown secret', 1, () => 'k000000'],
    ['another version', 0, () => 'v2'],
    ['a shorter tag', 4, (text: string) => text.slice(0, -1)],
    ['a padded tag', 4, (text: string) => `${text}=`],
    ['a generation with a leading zero', 3, (text: string) => `0${text}`],
  ])('%s', async (_name, part, change) => {
    const partition = await attachedPartition(op, await browserWithSession(op));
    const forged = copyOf(op, partition);
    const parts = attachedValue(partition).split('.');
    parts[part] = change(parts[part] as string);
    for (const name of partition.cookies.keys()) forged.cookies.set(name, parts.join('.'));
    expect(await reasonOf(forged)).toBe('login_required: no-session');
    expect(await reasonOf(partition)).toBe('code');
  });

  test('a session’s or silent value under the attachment’s name is no attachment, and the reverse', async () => {
    const browser = await browserWithSession(op);
    const partition = await attachedPartition(op, browser);
    const [name] = [...partition.cookies.keys()] as [string];
    for (const cookie of ['__Host-sojourn.session', '__Host-sojourn.silent']) {
      const swapped = copyOf(op, partition);
      swapped.cookies.set(name, browser.cookies.get(cookie) as string);
      expect(await reasonOf(swapped)).toBe('login_required: no-session');
      const reverse = copyOf(op, partition);
      reverse.cookies.clear();
      reverse.cookies.set(cookie, attachedValue(partition));
      expect(await reasonOf(reverse)).toBe('login_required: no-session');
    }
  });

  test('a cookie name that appears twice counts as absent', async () => {
    const partition = await attachedPartition(op, await browserWithSession(op));
    const [[name, value]] = [...partition.cookies] as [[string, string]];
    for (const cookie of [
      `${name}=${value}; ${name}=v1.x`,
      `${name}=v1.x; ${name}=${value}`,
      `${name}=${value}; ${name}=`,
    ]) {
      const { response } = await askInFrame(op, partition, {}, { cookie });
      expect(response.error).toBe('login_required');
    }
  });

  test('20 per jar, the oldest dropped', async () => {
    const partition = await attachedPartition(op, await browserWithSession(op));
    const others = Array.from(
      { length: 21 },
      (_, index) => `__Host-sojourn.attached.${String(index).padStart(16, '0')}`,
    );
    const own = [...partition.cookies].map((pair) => pair.join('='));
    const cookie = [...others.map((name) => `${name}=v1.x`), ...own].join('; ');
    const { response, page } = await askInFrame(op, partition, {}, { cookie });
    expect(response).toHaveProperty('code');
    const dropped = page.headers.getSetCookie().map((line) => line.slice(0, line.indexOf('=')));
    expect(dropped).toEqual(others.slice(0, 2));
  });

  test('codes of one authorization cannot fetch another’s attachment', async () => {
    const browser = await browserWithSession(op);
    const mine = await codeFor(op, browser);
    const otto = await codeFor(op, await browserWithSession(op, 'auth0|otto'));
    const swapped = copyOf(op, browser);
    const answer = await exchangeInPage(swapped, op, { code: mine.code, verifier: otto.verifier });
    expect(answer.status).toBe(400);
    expect(answer.headers.getSetCookie()).toEqual([]);
  });
});
