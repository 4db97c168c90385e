import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page as Tab } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { startDemo } from '../../examples/demo.js';
import { forgetStoredByApps } from '../compat/stored-by-apps.js';
import { type Chromium, launchChromium } from '../rig/chromium.js';
import { seeRecord, seeStanding, seeWords } from '../rig/demo-page.js';
import { findDemoPorts } from '../rig/demo-ports.js';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { fillLoginPage } from '../rig/shop.js';

/** The demo as `npm start` runs it, with refresh tokens, in a browser that blocks third-party cookies. */
const MINUTE_MS = 60_000;
const THREE_WEEKS_MS = 21 * 86_400_000;

let folder: string;
let demo: Awaited<ReturnType<typeof startDemo>>;
let chromium: Chromium;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sojourn-demo-'));
  demo = await startDemo({ folder, ports: await findDemoPorts() });
  chromium = await launchChromium('blocked');
});

afterEach(async () => {
  vi.useRealTimers();
  const { shop, docs, desk } = demo.addresses;
  await chromium.forgetEverything();
  await forgetStoredByApps(chromium, [shop, docs, desk]);
  expect(violations.splice(0)).toEqual([]);
});

afterAll(async () => {
  await chromium.close();
  await demo.stop();
  await rm(folder, { recursive: true, force: true });
});

/** What the policy of a page refused. */
const violations: string[] = [];

async function open(address: string): Promise<Tab> {
  const tab = await chromium.newTab();
  tab.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) violations.push(message.text());
  });
  // Time stands still in the page, so that it renews when the test says so and at no other moment. It stands at a
  // moment that no browser, however slow, has reached by then: there is no way back.
  await tab.clock.install();
  await tab.clock.pauseAt(Date.now() + MINUTE_MS);
  await tab.goto(`${address}/`);
  return tab;
}

const seeFact = (tab: Tab, id: string, words: string) => seeWords(tab, `#${id}`, words);
const seeGuide = (tab: Tab, words: string) => seeFact(tab, 'guide', words);

const chooseRefreshTokens = (tab: Tab) => tab.check('input[value="refresh-tokens"]');

async function signIn(tab: Tab): Promise<void> {
  await tab.click('#sign-in');
  await fillLoginPage(tab, demo.user.email, demo.user.password);
  await seeStanding(tab, 'signed in');
}

/** The shop with refresh tokens, signed in by the form. */
async function openSignedIn(address = demo.addresses.shop): Promise<Tab> {
  const tab = await open(address);
  await seeStanding(tab, 'cannot know');
  await chooseRefreshTokens(tab);
  await seeStanding(tab, 'signed out');
  await signIn(tab);
  await seeFact(tab, 'generation', '1st token');
  return tab;
}

describe('the Shop', () => {
  test('shows each renewal as one more token of the same family', async () => {
    const tab = await openSignedIn();
    expect(await tab.innerText('#rotated-at')).toBe('none yet');
    const begunAt = Date.now();
    for (const generation of ['2nd token', '3rd token']) {
      await tab.click('#renew');
      await seeFact(tab, 'generation', generation);
    }
    await seeRecord(tab, 'renewed by refresh token: you asked');
    expect(await tab.innerText('#repeats')).toBe('none so far');
    const rotatedAt = await tab.getAttribute('#rotated-at time', 'datetime');
    expect(Date.parse(String(rotatedAt))).toBeGreaterThanOrEqual(begunAt);
    expect(await tab.isVisible('#attachment-card')).toBe(false);
    await tab.click('#call-api');
    await seeFact(tab, 'api-status', '200');
  });

  test('twenty renewals at once all get the same successor, and nobody is signed out', async () => {
    const tab = await openSignedIn();
    await tab.click('#renew-at-once');
    await seeRecord(tab, '20 requests at once got the same successor');
    await seeFact(tab, 'repeats', '19 given the same successor');
    expect(await tab.innerText('#generation')).toBe('2nd token');
    await tab.click('#renew');
    await seeFact(tab, 'generation', '3rd token');
    await seeStanding(tab, 'signed in');
  });

  test('an answer that is lost is asked for again, and its retry gets the same successor', async () => {
    const tab = await openSignedIn();
    await tab.click('#lose-answer');
    await seeRecord(tab, 'an answer was lost, and its retry got the same successor');
    await seeFact(tab, 'repeats', '1 given the same successor');
    expect(await tab.innerText('#generation')).toBe('2nd token');
    await tab.click('#renew');
    await seeFact(tab, 'generation', '3rd token');
  });

  test('is signed in after a reload, without a cookie and without a form', async () => {
    const tab = await openSignedIn();
    const paths: string[] = [];
    tab.on('request', (request) => paths.push(new URL(request.url()).pathname));
    await tab.reload();
    await seeStanding(tab, 'signed in');
    await seeFact(tab, 'generation', '2nd token');
    expect(paths.filter((path) => path.startsWith('/authorize'))).toEqual([]);
  });

  test('says why where a sign-out in Docs ended it, and a reload asks nobody', async () => {
    const tab = await openSignedIn();
    const docs = await open(demo.addresses.docs);
    await seeStanding(docs, 'cannot know');
    await docs.click('#sign-in');
    await seeStanding(docs, 'signed in');
    await docs.click('#sign-out');
    await seeStanding(docs, 'signed out');

    await tab.click('#renew');
    await seeStanding(tab, 'signed out');
    await seeGuide(tab, 'You signed out in another application, so you are signed out here too.');
    expect(await tab.innerText('#error-code')).toBe('invalid_grant');
    expect(await tab.innerText('#error-reason')).toBe('session-ended');
    await seeFact(tab, 'family', 'A sign-in begins a family');

    await tab.reload();
    await seeGuide(tab, 'No refresh token is kept here.');
    expect(await tab.innerText('#error-reason')).toBe('session-ended');
  });

  test('switches while signed in by one trip that shows no form, and back: then the token is revoked', async () => {
    const tab = await open(demo.addresses.shop);
    await seeStanding(tab, 'cannot know');
    await signIn(tab);
    await chooseRefreshTokens(tab);
    await seeFact(tab, 'generation', '1st token');
    await seeRecord(tab, 'signed in by redirect: you switched');
    const kept = await tab.evaluate(() => JSON.stringify(localStorage));
    expect(kept).toContain('refresh_token');

    await tab.check('input[value="silent"]');
    await seeFact(tab, 'switched', 'The refresh token was revoked');
    await seeStanding(tab, 'signed in');
    expect(await tab.isVisible('#family-card')).toBe(false);
    expect(await tab.evaluate(() => JSON.stringify(localStorage))).not.toContain('refresh_token');
    await tab.click('#renew');
    await seeRecord(tab, 'renewed by hidden frame: you asked');
  });

  test('each application has its own choice', async () => {
    await openSignedIn();
    const docs = await open(demo.addresses.docs);
    await seeStanding(docs, 'cannot know');
    expect(await docs.isChecked('input[value="silent"]')).toBe(true);
  });

  test('everything works by keyboard alone', async () => {
    const tab = await open(demo.addresses.shop);
    await seeStanding(tab, 'cannot know');
    await tab.focus('input[value="silent"]');
    await tab.keyboard.press('ArrowDown');
    await seeStanding(tab, 'signed out');
    expect(await tab.evaluate(() => (document.activeElement as HTMLInputElement).value)).toBe(
      'refresh-tokens',
    );
    await tab.focus('#sign-in');
    await tab.keyboard.press('Enter');
    await fillLoginPage(tab, demo.user.email, demo.user.password);
    await seeFact(tab, 'generation', '1st token');
    await tab.focus('#renew');
    await tab.keyboard.press('Enter');
    await seeFact(tab, 'generation', '2nd token');
    // The focus stays, so that a second press is one key.
    await tab.keyboard.press('Enter');
    await seeFact(tab, 'generation', '3rd token');
    await tab.focus('#renew-at-once');
    await tab.keyboard.press('Enter');
    await seeFact(tab, 'repeats', '19 given');
    await tab.keyboard.press('Tab');
    await tab.keyboard.press('Enter');
    await seeFact(tab, 'repeats', '20 given');
  });
});

describe('the Desk', () => {
  const use = async (tab: Tab, way: string) => {
    await tab.check(`input[value="${way}"]`);
    await tab.click('#switch');
  };

  test('renews by refresh token where its access token has expired, without a redirect', async () => {
    const tab = await open(demo.addresses.desk);
    await use(tab, 'refresh-tokens');
    await signIn(tab);
    await seeFact(tab, 'generation', '1st token');
    const hosts: string[] = [];
    tab.on('request', (request) => hosts.push(new URL(request.url()).origin));
    await tab.click('#renew');
    await seeRecord(tab, 'renewed by refresh token: you asked');
    await seeFact(tab, 'generation', '2nd token');
    const expiresAt = await tab.getAttribute('#token-limit time', 'datetime');
    vi.setSystemTime(Date.parse(String(expiresAt)) + 1_500);
    await tab.click('#call-api');
    await seeRecord(tab, 'renewed by refresh token: the API was called');
    await seeFact(tab, 'api-status', '200');
    expect(new Set(hosts)).toEqual(new Set([demo.addresses.desk]));
  });

  test('switches while signed in without a form, and back: then the token is revoked', async () => {
    const tab = await open(demo.addresses.desk);
    await signIn(tab);
    await use(tab, 'refresh-tokens');
    await seeFact(tab, 'generation', '1st token');
    await use(tab, 'silent');
    await seeFact(tab, 'switched', 'The refresh token was revoked');
    await seeStanding(tab, 'signed in');
    expect(await tab.isVisible('#family-card')).toBe(false);
    await tab.click('#renew');
    await seeRecord(tab, 'renewed by redirect: you asked');
  });

  test('says why where a sign-out elsewhere ended its refresh token', async () => {
    const tab = await open(demo.addresses.desk);
    await use(tab, 'refresh-tokens');
    await signIn(tab);
    const docs = await open(demo.addresses.docs);
    await docs.click('#sign-in');
    await seeStanding(docs, 'signed in');
    await docs.click('#sign-out');
    await seeStanding(docs, 'signed out');
    await tab.click('#renew');
    await seeGuide(tab, 'You signed out in another application');
    await seeStanding(tab, 'signed out');
    expect(await tab.innerText('#error-reason')).toBe('session-ended');
  });
});

test('Classic says why it has no switch', async () => {
  const tab = await open(demo.addresses.classic);
  expect(await tab.locator('input[name="renewal"]').count()).toBe(0);
  await tab.getByText('a refresh token must never stand there').waitFor();
});

describe('at a server that the demo did not start', () => {
  let op: Deployment;
  let beside: typeof demo;

  beforeAll(async () => {
    op = await startDeployment({ tenantFile: {}, realTime: true });
    beside = await startDemo({ issuer: op.issuer, ports: await findDemoPorts() });
    await op.load(beside.tenant);
  });

  afterAll(async () => {
    await beside.stop();
    await op.stop();
  });

  test('the family is not known, and the card says so; after three weeks of absence no form appears', async () => {
    const tab = await open(beside.addresses.shop);
    await seeStanding(tab, 'cannot know');
    await chooseRefreshTokens(tab);
    await seeStanding(tab, 'signed out');
    await signIn(tab);
    await seeFact(tab, 'family', 'cannot know');

    op.clock.advance(THREE_WEEKS_MS);
    await tab.clock.setSystemTime(op.clock.now());
    await tab.reload();
    await seeStanding(tab, 'signed in');
    await seeFact(tab, 'session-limit', 'expired 18 days ago; the refresh token outlives that');
  });
});
