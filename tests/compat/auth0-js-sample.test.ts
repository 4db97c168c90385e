import type { Page as Tab } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startDemo } from '../../examples/demo.js';
import { type Chromium, launchChromium } from '../rig/chromium.js';
import { seeRecord, seeStanding } from '../rig/demo-page.js';
import { findDemoPorts } from '../rig/demo-ports.js';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { fillLoginPage } from '../rig/shop.js';

/** Harbour Classic of the demo: jQuery and auth0.js 10 as published, over plain http. */
let op: Deployment;
let demo: Awaited<ReturnType<typeof startDemo>>;
let chromium: Chromium;

beforeAll(async () => {
  op = await startDeployment({ tenantFile: {}, realTime: true });
  demo = await startDemo({ issuer: op.issuer, ports: await findDemoPorts() });
  await op.load(demo.tenant);
});

afterAll(async () => {
  await demo.stop();
  await op.stop();
});

/** What the policy of the page refused. */
const violations: string[] = [];

afterEach(() => {
  expect(violations.splice(0)).toEqual([]);
});

/** Opens the page with a clock that the test moves. */
async function open(): Promise<Tab> {
  const tab = await chromium.newTab();
  tab.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) violations.push(message.text());
  });
  await tab.clock.install();
  await tab.goto(`${demo.addresses.classic}/`);
  return tab;
}

async function signIn(tab: Tab): Promise<void> {
  await tab.click('#sign-in');
  await fillLoginPage(tab, demo.user.email, demo.user.password);
  await seeStanding(tab, 'signed in');
}

/** What happened, newest first: "renewed by checkSession: ahead of expiry". */
const records = (tab: Tab) => tab.locator('#records tbody td:nth-child(2)').allInnerTexts();

const accessToken = (tab: Tab) =>
  tab.evaluate(() => (JSON.parse(sessionStorage.getItem('harbour.tokens') ?? '{}') as Tokens).accessToken);

interface Tokens {
  readonly accessToken?: string;
}

describe('third-party cookies allowed', () => {
  beforeAll(async () => {
    chromium = await launchChromium('allowed');
  });
  afterEach(() => chromium.forgetEverything());
  afterAll(() => chromium.close());

  test('signs in by authorize and parseHash, and the API believes the token', async () => {
    const tab = await open();
    await seeStanding(tab, 'signed out');
    await signIn(tab);
    expect(tab.url()).toBe(`${demo.addresses.classic}/`);
    expect(await tab.innerText('#name')).toBe(demo.user.name);
    await tab.click('#call-api');
    await tab.waitForSelector('#api-body');
    expect(await tab.innerText('#api-status')).toBe('200');
  });

  test.each([
    ['checkSession', false],
    ['renewAuth', true],
  ])(
    'renews by %s ahead of the expiry, and again from a timer that a reload sets anew',
    async (method, on) => {
      const tab = await open();
      await seeStanding(tab, 'signed out');
      await tab.setChecked('#by-renew-auth', on);
      await signIn(tab);
      const first = await accessToken(tab);
      await tab.clock.fastForward(61_000);
      await seeRecord(tab, `renewed by ${method}: ahead of expiry`);
      const second = await accessToken(tab);
      expect(second).not.toBe(first);

      await tab.reload();
      await seeStanding(tab, 'signed in');
      expect(await accessToken(tab)).toBe(second);
      await tab.clock.fastForward(61_000);
      await tab.waitForFunction(
        (second) => !sessionStorage.getItem('harbour.tokens')?.includes(String(second)),
        second,
      );
      await seeRecord(tab, `renewed by ${method}: ahead of expiry`);
      expect(await records(tab)).toHaveLength(4);
    },
  );

  test('is signed in next door, learns of a sign-out there, and clears its timer at its own', async () => {
    const shop = await chromium.newTab();
    await shop.goto(demo.addresses.shop);
    await signIn(shop);
    const tab = await open();
    await seeStanding(tab, 'signed in');

    await tab.click('#sign-out');
    await seeStanding(tab, 'signed out');
    expect(await accessToken(tab)).toBeUndefined();
    const before = await records(tab);
    await tab.clock.fastForward(120_000);
    expect(await records(tab)).toEqual(before);

    await signIn(tab);
    await shop.click('#renew');
    await seeStanding(shop, 'signed in');
    await shop.click('#sign-out');
    await seeStanding(shop, 'signed out');
    await tab.click('#renew');
    await seeStanding(tab, 'signed out');
    expect(await tab.innerText('#error-code')).toBe('login_required');
    expect(await tab.innerText('#guide')).toContain('You signed out in another application');
  });
});

describe('third-party cookies blocked', () => {
  beforeAll(async () => {
    chromium = await launchChromium('blocked');
  });
  afterEach(() => chromium.forgetEverything());
  afterAll(() => chromium.close());

  test.each([
    ['checkSession', false],
    ['renewAuth', true],
  ])('cannot renew by %s, says why, and signs in by redirect without a form', async (method, on) => {
    const tab = await open();
    await seeStanding(tab, 'cannot know');
    await tab.setChecked('#by-renew-auth', on);
    await signIn(tab);
    await tab.click('#renew');
    await seeRecord(tab, `refused by ${method}: cookies-blocked`);
    expect(await tab.innerText('#guide')).toContain('blocks third-party cookies');
    await tab.click('#sign-in');
    await seeStanding(tab, 'signed in');
    await seeRecord(tab, 'signed in by redirect');
  });
});
