import type { Page as Tab } from 'playwright-core';

/**
 * Waits until an application of the demo shows these words there. It looks at each frame that is drawn: a selector is
 * looked for every half second only, and most of a demo's test is such waits.
 *
 * @param selector of an element that need not be there yet.
 */
export async function seeWords(tab: Tab, selector: string, words: string): Promise<void> {
  await tab.waitForFunction(
    ([selector, words]) => document.querySelector<HTMLElement>(selector)?.innerText.includes(words),
    [selector, words] as const,
  );
}

/** Waits until the application says this of the End-User: "signed in". */
export async function seeStanding(tab: Tab, standing: string): Promise<void> {
  await tab.waitForFunction(
    (standing) => document.querySelector<HTMLElement>('#state')?.dataset.standing === standing,
    standing,
  );
}

/** Waits for the newest record: "renewed by refresh token: you asked". */
export const seeRecord = (tab: Tab, words: string) => seeWords(tab, '#records tbody tr:first-child', words);
