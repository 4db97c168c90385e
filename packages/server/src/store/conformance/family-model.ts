import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RefreshTokenFamily } from '../../refresh-token/family.js';
import {
  ABSOLUTE_LIMIT_MS,
  aModel,
  type End,
  foretell,
  histories,
  IDLE_LIMIT_MS,
  type Model,
  type Step,
  type Told,
} from '../../refresh-token/refresh-model.js';
import type { Store } from '../store.js';
import { aCode, aNewFamily, aRefreshTokenUse, aSessionBegin, aUser, NOW } from '../store-samples.js';

/** What comes together is sent together: some order, one after the other, has to explain all answers and the row. */
const AT_ONCE = 4;

type Act =
  | { readonly act: 'use'; readonly generation: number; readonly from: number; readonly fresh: boolean }
  | { readonly act: 'end'; readonly end: End | 'unblock' };

/**
 * Any history of a family, played on a store whose callers race, against a model of a few lines that knows no races.
 *
 * @param runs how many histories, each with an End-User, a session and a family of its own.
 * @see design.md 5 · security.md 26, E07
 */
export function describeFamilyModel(name: string, openStore: () => Promise<Store>, runs = 150): void {
  describe(`any history of a refresh token family: ${name}`, () => {
    let store: Store;
    let families = 0;
    beforeAll(async () => {
      store = await openStore();
    });
    afterAll(() => store.close());

    test.each([
      ['bearer', false],
      ['bound to a key', true],
    ])('is told as if one use came after the other: %s', async (_name, bound) => {
      await fc.assert(
        fc.asyncProperty(histories, async (history) => {
          families += 1;
          const played = await startFamily(store, `${families}`, bound);
          for (const round of roundsOf(history)) await playRound(played, round);
        }),
        { numRuns: runs },
      );
    });
  });
}

interface Played {
  readonly store: Store;
  /** The family, its session and its End-User are all called so. */
  readonly name: string;
  model: Model;
  clientNotBefore: number;
}

async function startFamily(store: Store, name: string, bound: boolean): Promise<Played> {
  await store.createUser(aUser(name), []);
  await store.beginSession(aSessionBegin(name, { session: { userId: name } }));
  const code = aCode(`code of ${name}`, { grantId: name, sid: name, userId: name });
  await store.saveAuthorizationCode({ code, finishes: null, touch: false });
  const redeemed = await store.redeemAuthorizationCode({
    code,
    now: NOW,
    accessTokenExpiresAt: NOW + 1,
    touch: false,
    attach: null,
    family: aNewFamily(name, {
      expiresAt: NOW + ABSOLUTE_LIMIT_MS,
      idleLimitMs: IDLE_LIMIT_MS,
      jkt: bound ? 'key' : null,
    }),
    replayEvents: [],
  });
  expect(redeemed.outcome).toBe('redeemed');
  return { store, name, model: aModel(NOW, bound), clientNotBefore: 0 };
}

type Round =
  | readonly Extract<Step, { step: 'use' | 'end' | 'unblock' }>[]
  | Exclude<Step, { step: 'use' | 'end' | 'unblock' }>;

/** Uses and ends that nothing stands between are one round. */
function roundsOf(history: readonly Step[]): Round[] {
  const rounds: Round[] = [];
  let together: Extract<Step, { step: 'use' | 'end' | 'unblock' }>[] = [];
  for (const step of history) {
    if (step.step === 'use' || step.step === 'end' || step.step === 'unblock') {
      if (together.length % AT_ONCE === 0) {
        together = [];
        rounds.push(together);
      }
      together.push(step);
    } else {
      together = [];
      rounds.push(step);
    }
  }
  return rounds;
}

async function playRound(played: Played, round: Round): Promise<void> {
  const { model } = played;
  if ('step' in round) {
    switch (round.step) {
      case 'wait':
        model.now = Math.max(model.now + round.ms, model.startedAt + 1);
        return;
      case 'outage':
        // Nobody beats here, so this is time like any other.
        model.now += round.ms;
        return;
      case 'settings':
        Object.assign(model, { rotates: round.rotates, overlapMs: round.overlapMs, strict: round.strict });
        return;
      case 'audience':
        model.open = round.open;
        return;
    }
  }
  const acts = round.map((step): Act => {
    if (step.step !== 'use') return { act: 'end', end: step.step === 'end' ? step.end : 'unblock' };
    const { from, fresh } = step;
    return { act: 'use', generation: model.newest - Math.min(step.age, model.newest - 1), from, fresh };
  });
  // The client's end is no row of the store: it comes with each use, so first of all.
  if (acts.some((act) => act.act === 'end' && act.end === 'client-end')) {
    played.clientNotBefore = Math.max(played.clientNotBefore, model.now);
    model.dead = true;
  }
  const told = await Promise.all(acts.map((act) => perform(played, act)));
  const row = await findRow(played);
  const explained = ordersOf(acts.length)
    .map((order) => foretellInOrder(model, acts, order))
    .find(({ foretold, after }) => isEqual(foretold, told) && isEqual(rememberedOf(after), seenOf(row)));
  expect({ acts, told, row: seenOf(row), explained: explained !== undefined }).toMatchObject({
    explained: true,
  });
  if (explained !== undefined) played.model = explained.after;
  const held = await played.store.findFamilies({
    userId: played.name,
    clientId: null,
    sid: null,
    after: null,
    atMost: 9,
  });
  expect(held).toHaveLength(1);
}

async function perform(played: Played, act: Act): Promise<Told | 'done'> {
  const { store, name, model } = played;
  const { now } = model;
  if (act.act === 'use') return (await store.useRefreshToken(useOf(played, act))).outcome;
  switch (act.end) {
    case 'sign-out':
      await store.endSession({ sid: name, reason: 'signed-out', now, events: [] });
      break;
    case 'password':
      await store.changePassword({ userId: name, passwordHash: 'another', now, events: [] });
      break;
    case 'block':
    case 'unblock':
      await store.blockUser({ userId: name, blocked: act.end === 'block', now, events: [] });
      break;
    case 'revocation':
      await store.revokeFamily({ key: keyOf(name), reason: 'revoked', now, events: [] });
      break;
    case 'client-end':
      break;
  }
  return 'done';
}

const keyOf = (name: string) => ({ sid: name, handleHash: name });

function useOf({ name, model, clientNotBefore }: Played, act: Extract<Act, { act: 'use' }>) {
  const { now, bound, rotates, overlapMs, strict, open } = model;
  return aRefreshTokenUse(name, act.generation, {
    key: keyOf(name),
    now,
    from: act.from,
    proof: bound ? { jkt: 'key', nonceIssuedAt: act.fresh ? now : now - 3_600_000 } : null,
    policy: {
      rotates,
      overlapMs,
      overlapElsewhereIsReplay: strict,
      audiences: open ? [''] : ['https://api.a.test/'],
      clientNotBefore,
      absoluteLimitMs: null,
      idleLimitMs: null,
    },
  });
}

async function findRow({ store, name }: Played): Promise<RefreshTokenFamily> {
  const found = await store.findFamily(keyOf(name));
  if (found === null) throw new Error('the family is gone');
  return found.family;
}

const seenOf = ({ generation, rotatedAt, usedAt, rotatedBy, revokeReason }: RefreshTokenFamily) => [
  generation,
  rotatedAt,
  usedAt,
  rotatedBy,
  revokeReason === 'replayed',
];
const rememberedOf = ({ newest, rotatedAt, usedAt, rotatedBy, replayed }: Model) => [
  newest,
  rotatedAt,
  usedAt,
  rotatedBy,
  replayed,
];

function foretellInOrder(
  before: Model,
  acts: readonly Act[],
  order: readonly number[],
): { foretold: (Told | 'done')[]; after: Model } {
  const after = { ...before };
  const foretold = new Array<Told | 'done'>(acts.length);
  for (const index of order) {
    const act = acts[index] as Act;
    if (act.act === 'use') {
      const { generation, from, fresh } = act;
      const told = foretell(after, { step: 'use', age: after.newest - generation, from, fresh });
      // Whoever comes after a replay is told the same as the replay itself; that there was one, the row says.
      foretold[index] = told === 'replayed' ? 'refused' : told;
    } else {
      foretold[index] = 'done';
      after.dead ||= act.end !== 'unblock';
    }
  }
  return { foretold, after };
}

function ordersOf(length: number): number[][] {
  if (length === 0) return [[]];
  return ordersOf(length - 1).flatMap((order) =>
    Array.from({ length }, (_, at) => [...order.slice(0, at), length - 1, ...order.slice(at)]),
  );
}

function isEqual(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
