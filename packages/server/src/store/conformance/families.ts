import { beforeEach, describe } from 'vitest';
import type { Store } from '../store.js';
import { describeFamilyEnd } from './family-end.js';
import { describeFamilyUse } from './family-use.js';
import { callsOn } from './store-calls.js';

/** What any store must hold of refresh token families, each operation attacked by 50 callers at once. @see design.md 5 */
export function describeFamilies(openedStore: () => Store): void {
  describe('refresh token families (design.md 5)', () => {
    const { start } = callsOn(openedStore);
    beforeEach(() => start('sid-1'));

    describeFamilyUse(openedStore);
    describeFamilyEnd(openedStore);
  });
}
