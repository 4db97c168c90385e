import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page as Tab } from 'playwright-core';

export type ThirdPartyCookies = 'allowed' | 'blocked';

/** A real browser with a profile of its own. Names under `.test` and `.localhost` lead to this machine. */
export interface Chromium {
  readonly context: BrowserContext;
  newTab(): Promise<Tab>;
  /** Closes every tab; cookies stay. */
  closeTabs(): Promise<void>;
  /** Closes every tab and forgets every cookie, partitioned ones too: the next test meets a fresh browser. */
  forgetEverything(): Promise<void>;
  close(): Promise<void>;
}

/** Debian's Chromium blocks third-party cookies unless the profile says otherwise, so it is said either way. */
const COOKIE_CONTROLS_MODE: Record<ThirdPartyCookies, number> = { allowed: 0, blocked: 1 };

/** What is waited for comes, however slow the machine; a wait that is in vain still ends before its test does. */
const PATIENCE_MS = 60_000;

export async function launchChromium(thirdPartyCookies: ThirdPartyCookies): Promise<Chromium> {
  const profile = await mkdtemp(join(tmpdir(), 'sojourn-chromium-'));
  await mkdir(join(profile, 'Default'));
  await writeFile(
    join(profile, 'Default', 'Preferences'),
    JSON.stringify({ profile: { cookie_controls_mode: COOKIE_CONTROLS_MODE[thirdPartyCookies] } }),
  );
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.SOJOURN_CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    ignoreHTTPSErrors: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--ignore-certificate-errors',
      '--host-resolver-rules=MAP *.test 127.0.0.1',
    ],
  });
  context.setDefaultTimeout(PATIENCE_MS);
  // Without a tab the browser would end itself.
  const [keepsItOpen = await context.newPage()] = context.pages();
  const closeTabs = async () => {
    await Promise.all(context.pages().map((tab) => (tab === keepsItOpen ? undefined : tab.close())));
  };
  return {
    context,
    newTab: () => context.newPage(),
    closeTabs,
    forgetEverything: async () => {
      await closeTabs();
      await context.clearCookies();
    },
    close: async () => {
      await context.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
