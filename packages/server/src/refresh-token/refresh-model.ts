import fc from 'fast-check';

/** Test material: histories of one refresh token family, and what each use in them has to be told. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

/** Limits of the family that histories are about. */
export const IDLE_LIMIT_MS = 3 * DAY;

/** The longest that a family of the model lives. */
export const ABSOLUTE_LIMIT_MS = 10 * DAY;

/** What ends a family for good, whatever is done afterwards. */
export const ENDS = ['sign-out', 'password', 'block', 'client-end', 'revocation'] as const;

/** What can end a family from outside, while its history runs. */
export type End = (typeof ENDS)[number];

/** One step of a history: what the client, the clock, the operator or somebody else does. */
export type Step =
  /** Of the token that is `age` generations older than the newest; a negative one comes from a future that was lost. */
  | { readonly step: 'use'; readonly age: number; readonly from: number; readonly fresh: boolean }
  /** The clock moves; a negative wait is an operator who sets it back. */
  | { readonly step: 'wait'; readonly ms: number }
  /** The service cannot answer. */
  | { readonly step: 'outage'; readonly ms: number }
  | {
      readonly step: 'settings';
      readonly rotates: boolean;
      readonly overlapMs: number;
      readonly strict: boolean;
    }
  | { readonly step: 'audience'; readonly open: boolean }
  | { readonly step: 'end'; readonly end: End }
  | { readonly step: 'unblock' };

const use = (ages: readonly number[]): fc.Arbitrary<Step> =>
  fc.record({
    step: fc.constant('use' as const),
    age: fc.constantFrom(...ages),
    from: fc.constantFrom(1, 1, 1, 2),
    fresh: fc.boolean(),
  });
const wait = (...milliseconds: number[]): fc.Arbitrary<Step> =>
  fc.record({ step: fc.constant('wait' as const), ms: fc.constantFrom(...milliseconds) });

/** Many uses, few ends: most histories live long enough to reach something rare. */
export const histories: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 10, arbitrary: use([0]) },
    { weight: 8, arbitrary: use([1]) },
    { weight: 1, arbitrary: use([2, 3, 7]) },
    { weight: 1, arbitrary: use([-1, -3]) },
    { weight: 8, arbitrary: wait(1, SECOND, 9 * SECOND, 29_999, 30_000, MINUTE) },
    { weight: 1, arbitrary: wait(DAY, IDLE_LIMIT_MS - 1, IDLE_LIMIT_MS) },
    { weight: 2, arbitrary: wait(-SECOND, -4 * MINUTE, -5 * MINUTE, -DAY) },
    {
      weight: 2,
      arbitrary: fc.record({
        step: fc.constant('outage' as const),
        ms: fc.constantFrom(5 * SECOND, MINUTE, 10 * MINUTE),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        step: fc.constant('settings' as const),
        rotates: fc.boolean(),
        overlapMs: fc.constantFrom(0, 10 * SECOND, 30 * SECOND, MINUTE),
        strict: fc.boolean(),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ step: fc.constant('audience' as const), open: fc.boolean() }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ step: fc.constant('end' as const), end: fc.constantFrom(...ENDS) }),
    },
    { weight: 1, arbitrary: fc.record({ step: fc.constant('unblock' as const) }) },
  ),
  { minLength: 5, maxLength: 40 },
);

/** What the client sees of a use. */
export type Told = 'rotated' | 'kept' | 'repeated' | 'nonce-required' | 'replayed' | 'refused';

/** All that the model remembers. Its clock never goes back behind the family's beginning. */
export interface Model {
  readonly startedAt: number;
  readonly bound: boolean;
  now: number;
  newest: number;
  rotatedAt: number;
  rotatedBy: number;
  usedAt: number;
  /** Time since the newest token was given in which nobody could be answered. */
  awayMs: number;
  /** The newest token whose predecessor was taken late. */
  late: number;
  dead: boolean;
  /** Whether it died of a replay. */
  replayed: boolean;
  open: boolean;
  rotates: boolean;
  overlapMs: number;
  strict: boolean;
}

/** A family that has just begun. `bound`: to the key of a DPoP proof. */
export function aModel(now: number, bound: boolean): Model {
  const clock = { startedAt: now, now: now + 1, rotatedAt: now, usedAt: now, awayMs: 0 };
  const settings = { open: true, rotates: true, overlapMs: 30 * SECOND, strict: false };
  return { ...clock, ...settings, bound, newest: 1, rotatedBy: 1, late: 0, dead: false, replayed: false };
}

/** What the use is to be told, and what is remembered of it. @see design.md 5 */
export function foretell(model: Model, { age, from, fresh }: Extract<Step, { step: 'use' }>): Told {
  const { now, dead, open, startedAt, usedAt } = model;
  if (dead || !open || now >= startedAt + ABSOLUTE_LIMIT_MS || now >= usedAt + IDLE_LIMIT_MS)
    return 'refused';
  // A token that does not rotate stays what it is, also where the store has forgotten it.
  if (age < 0) return give(model, model.newest - age + Number(model.rotates), from);
  if (age === 0 && model.rotates) return give(model, model.newest + 1, from);
  const elapsedMs = now - model.rotatedAt - model.awayMs;
  const isYoung = elapsedMs < model.overlapMs && model.overlapMs > 0 && elapsedMs > -5 * MINUTE;
  const isRetry = age === 1 && isYoung && (from === model.rotatedBy || !model.strict);
  const mayBeLate = age === 1 && model.bound && model.late !== model.newest;
  if (!isRetry && mayBeLate && !fresh) return 'nonce-required';
  if (age === 0 || isRetry || mayBeLate) model.usedAt = Math.max(usedAt, now);
  else model.dead = model.replayed = true;
  if (!isRetry && mayBeLate) model.late = model.newest;
  return age === 0 ? 'kept' : isRetry || mayBeLate ? 'repeated' : 'replayed';
}

function give(model: Model, newest: number, from: number): Told {
  const { now, usedAt } = model;
  Object.assign(model, { newest, rotatedBy: from, rotatedAt: now, awayMs: 0 });
  model.usedAt = Math.max(usedAt, now);
  return 'rotated';
}

/** What plays a history for real. */
export interface Player {
  use(model: Readonly<Model>, step: Extract<Step, { step: 'use' }>): Promise<Told>;
  end(end: End | 'unblock', now: number): Promise<void>;
  /** Looks at what has to hold between any two steps. */
  look(model: Readonly<Model>): Promise<void>;
}

/** Plays a history to the end; where the two disagree, `differ` is told which step and how. */
export async function play(
  history: readonly Step[],
  model: Model,
  player: Player,
  agree: (told: Told, foretold: Told, step: Step) => void,
): Promise<void> {
  for (const step of history) {
    switch (step.step) {
      case 'use': {
        // There is none before the first.
        const taken = { ...step, age: Math.min(step.age, model.newest - 1) };
        const told = await player.use(model, taken);
        agree(told, foretell(model, taken), step);
        break;
      }
      case 'wait':
        model.now = Math.max(model.now + step.ms, model.startedAt + 1);
        break;
      case 'outage':
        model.now += step.ms;
        model.awayMs += step.ms;
        break;
      case 'settings':
        Object.assign(model, { rotates: step.rotates, overlapMs: step.overlapMs, strict: step.strict });
        break;
      case 'audience':
        model.open = step.open;
        break;
      case 'end':
        model.dead = true;
        await player.end(step.end, model.now);
        break;
      case 'unblock':
        await player.end('unblock', model.now);
        break;
    }
    await player.look(model);
  }
}
