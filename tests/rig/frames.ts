import type { Frame, Page as Tab } from 'playwright-core';
import type { Chromium } from './chromium.js';
import type { Message } from './shop.js';

/** Opens an address in a new tab. */
export async function visit(chromium: Chromium, url: string): Promise<Tab> {
  const tab = await chromium.newTab();
  await tab.goto(url);
  return tab;
}

/**
 * Puts a frame on the page, as an attacker or an SDK does, and waits until the browser has loaded it or refused to.
 *
 * @param attributes of the `iframe` element.
 */
export async function addFrame(
  tab: Tab,
  src: string,
  attributes: Record<string, string> = {},
): Promise<Frame> {
  const element = await tab.evaluateHandle(
    ({ src, attributes }) =>
      new Promise<HTMLIFrameElement>((resolve) => {
        const frame = document.createElement('iframe');
        for (const [name, value] of Object.entries(attributes)) frame.setAttribute(name, value);
        frame.addEventListener('load', () => resolve(frame), { once: true });
        frame.src = src;
        document.body.append(frame);
      }),
    { src, attributes },
  );
  const frame = await element.contentFrame();
  if (frame === null) throw new Error('a frame without content');
  // Its page has heard of it; from its own process the news may still be on the way here.
  await frame.waitForURL(({ protocol }) => protocol !== 'about:');
  return frame;
}

/** Messages that a page of {@link import('./sites.js').Sites} has received. */
export async function receivedBy(page: Tab | Frame): Promise<Message[]> {
  // Whatever was posted before this one arrives before it.
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        addEventListener('message', ({ data }) => data === 'flush' && resolve());
        postMessage('flush', '*');
      }),
  );
  const received = (await page.evaluate('window.received')) as { origin: string; data: unknown }[];
  return received.filter(({ data }) => data !== 'flush') as Message[];
}

/** Whether the browser refused to show the document in its frame. */
export function isRefused(frame: Frame): boolean {
  return frame.url().startsWith('chrome-error://');
}
