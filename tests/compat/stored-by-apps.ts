import type { Chromium } from '../rig/chromium.js';

/** Empties what applications stored in the browser: tokens, keys, nonces. Cookies are {@link Chromium.forgetEverything}'s. */
export async function forgetStoredByApps({ context }: Chromium, origins: readonly string[]): Promise<void> {
  const [keptTab] = context.pages();
  if (keptTab === undefined) throw new Error('a browser without a tab has ended');
  const devtools = await context.newCDPSession(keptTab);
  for (const origin of origins)
    await devtools.send('Storage.clearDataForOrigin', { origin, storageTypes: 'all' });
  await devtools.detach();
}
