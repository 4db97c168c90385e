import { setTimeout as delay } from 'node:timers/promises';
import type { FamilyClient } from './family-client.js';
import { keepRefreshing, retryUntilAnswered } from './load.js';
import { Person } from './person.js';
import type { Randomness } from './randomness.js';
import { PEOPLE } from './tenant.js';
import type { Traffic } from './traffic.js';

/** When what happens, in milliseconds from the beginning of the load; drawn before, so that a seed repeats it. */
export interface CyclePlan {
  readonly killAfterMs: number;
  readonly signOutAfterMs: number;
  readonly revokeAfterMs: number;
  readonly exchangeAfterMs: readonly number[];
}

export interface CycleReport {
  readonly plan: CyclePlan;
  /** Refreshes and exchanges under load that were answered. */
  readonly acknowledged: number;
  /** Requests that were sent and not answered. */
  readonly lost: number;
  /** From the moment at which the service said it is ready to the first and the last retry's answer. */
  readonly firstAnswerMs: number;
  readonly lastAnswerMs: number;
}

/** security.md M01. What else goes on is drawn towards the kill, where it hurts. */
export function drawPlan(randomness: Randomness): CyclePlan {
  const killAfterMs = randomness.between(200, 2_000);
  const soonBefore = () => Math.max(0, killAfterMs - randomness.between(0, 40));
  return {
    killAfterMs,
    signOutAfterMs: soonBefore(),
    revokeAfterMs: soonBefore(),
    exchangeAfterMs: [randomness.between(0, killAfterMs), soonBefore(), soonBefore()],
  };
}

/**
 * Load, a kill in its midst, a restart, and what honest clients do then; at the end what a thief would do.
 *
 * @param steady clients of earlier cycles, which go on in later ones.
 * @param number of the cycle.
 */
export async function runCrashCycle(
  traffic: Traffic,
  steady: readonly FamilyClient[],
  plan: CyclePlan,
  number: number,
): Promise<CycleReport> {
  const { installation, entries } = traffic;
  const newcomers = await bringNewcomers(traffic, number, plan.exchangeAfterMs.length);
  const { leaver, stayer, waiting } = newcomers;
  const [revoker] = stayer.clients;
  if (revoker === undefined) throw new Error('nobody revokes');
  const first = entries.length;

  let isOver = false;
  const load = [
    ...[...steady, ...leaver.clients, ...stayer.clients].map((client) =>
      keepRefreshing(client, () => isOver),
    ),
    ...waiting.map(async (client, index) => {
      await delay(plan.exchangeAfterMs[index]);
      await keepRefreshing(client, () => isOver);
    }),
  ];
  const ends = [
    { again: () => leaver.signOut(), done: delay(plan.signOutAfterMs).then(() => leaver.signOut()) },
    { again: () => revoker.revoke(), done: delay(plan.revokeAfterMs).then(() => revoker.revoke()) },
  ];
  await delay(plan.killAfterMs);
  await installation.crash();
  isOver = true;
  await Promise.all(load);
  const acknowledgedEnds = await Promise.all(ends.map(({ done }) => done));
  const underLoad = entries.slice(first).flatMap((entry) => ('answer' in entry ? entry.answer : []));

  await installation.restart();
  const readyAt = Date.now();
  entries.push({ kind: 'restart', at: traffic.observe() });
  const everyone = [...steady, ...leaver.clients, ...stayer.clients, ...waiting];
  const answeredAt = await Promise.all(everyone.map(retryUntilAnswered));
  installation.settle();

  // What the retry gave works.
  await Promise.all(everyone.filter(({ hasTokens }) => hasTokens).map((client) => client.refresh()));
  for (const [index, { again }] of ends.entries()) if (!acknowledgedEnds[index]) await again();
  await Promise.all([leaver.probe(), stayer.probe(), ...leaver.clients.map((client) => client.probe())]);
  await Promise.all([...leaver.clients, ...stayer.clients].map((client) => client.refresh()));
  await actAsThief(waiting);

  const heard = answeredAt.filter((at) => at !== null);
  return {
    plan,
    acknowledged: underLoad.filter(({ outcome }) => outcome === 'tokens').length,
    lost: underLoad.filter((answer) => answer.outcome === 'unanswered' && answer.how !== 'no connection')
      .length,
    firstAnswerMs: Math.min(...heard) - readyAt,
    lastAnswerMs: heard.length < answeredAt.length ? Number.POSITIVE_INFINITY : Math.max(...heard) - readyAt,
  };
}

/** One who will sign out, one of whose applications one will be revoked, and codes that wait for the load. */
async function bringNewcomers(traffic: Traffic, number: number, codes: number) {
  const username = PEOPLE[number % PEOPLE.length] ?? '';
  const [leaver, stayer, opener] = await Promise.all(
    ['leaves', 'stays', 'opens'].map((what) => Person.signIn(traffic, `cycle-${number}-${what}`, username)),
  );
  if (leaver === undefined || stayer === undefined || opener === undefined) throw new Error('nobody came');
  for (const person of [leaver, stayer])
    for (let count = 0; count < 2; count += 1) await person.openWithTokens('moored');
  const waiting: FamilyClient[] = [];
  for (let count = 0; count < codes; count += 1) waiting.push(await opener.open('moored'));
  return { leaver, stayer, waiting };
}

/** Presents what was used before the crash: of one family its code, of another its first token, then what is current. */
async function actAsThief([early, other]: readonly FamilyClient[]): Promise<void> {
  if (early?.hasTokens) {
    await early.exchange();
    await early.refresh();
    await early.probe();
  }
  if (other?.hasTokens) {
    // With two that followed it, whenever the load ended.
    await other.refresh();
    await other.refresh();
    await other.refresh(other.spentTokens[0]);
    await other.refresh();
    await other.probe();
  }
}
