import type { AuthorizationCode } from '../../authorization/code-store.js';
import type { NewFamily, RefreshOutcome } from '../../refresh-token/family.js';
import type { Store } from '../store.js';
import { aCode, aNewFamily, aRefreshTokenUse, MINUTE, NOW } from '../store-samples.js';
import { callsOn } from './store-calls.js';

/** In milliseconds. */
export const DAY = 24 * 60 * MINUTE;

/** The code that a family of this handle begins with. */
export const codeOf = (handleHash: string, code: Partial<AuthorizationCode> = {}) =>
  aCode(`code of ${handleHash}`, { grantId: handleHash, scope: ['openid', 'offline_access'], ...code });

/** An outcome in one or two words. */
export const told = (outcome: RefreshOutcome) =>
  outcome.outcome === 'refused'
    ? outcome.reason
    : outcome.outcome === 'nonce-required'
      ? outcome.outcome
      : `${outcome.outcome} ${outcome.standing.family.generation}`;

/** What most tests of families begin with, called on the store of the test that runs. */
export function familyCallsOn(openedStore: () => Store) {
  const { start: startSession } = callsOn(openedStore);
  const redeem = (code: AuthorizationCode, family: NewFamily | null, now = NOW) =>
    openedStore().redeemAuthorizationCode({
      code,
      now,
      accessTokenExpiresAt: now + 60 * MINUTE,
      touch: false,
      attach: null,
      family,
      replayEvents: [],
    });
  const start = async (
    handleHash: string,
    family: Partial<NewFamily> = {},
    code: Partial<AuthorizationCode> = {},
    now = NOW,
  ) => {
    const issued = codeOf(handleHash, code);
    await openedStore().saveAuthorizationCode({ code: issued, finishes: null, touch: false });
    return redeem(issued, aNewFamily(handleHash, family), now);
  };
  const use = (...given: Parameters<typeof aRefreshTokenUse>) =>
    openedStore().useRefreshToken(aRefreshTokenUse(...given));
  const find = async (handleHash: string, sid = 'sid-1') =>
    (await openedStore().findFamily({ sid, handleHash }))?.family ?? null;
  const eventNames = async () =>
    (await openedStore().findEvents({ after: 0, since: 0, atMost: 100 })).map(({ name }) => name);
  return { startSession, redeem, start, use, find, eventNames };
}
