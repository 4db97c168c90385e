import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildBreaches, countCausedReplays, type Entry } from './ledger.js';

/** What may be wrong with a service. */
type Fault =
  | 'none'
  /** Answers before it commits: a crash takes an acknowledged rotation back. */
  | 'forgets-rotations'
  /** A retry gets a successor of its own. */
  | 'branches'
  /** Takes any token of a family. */
  | 'takes-old-tokens'
  | 'forgets-ends'
  | 'takes-codes-twice'
  /** Ends one family of a session and not the other. */
  | 'ends-halves'
  /** One lost answer, and the family is dead. */
  | 'has-no-overlap';

/** What becomes of an answer. */
type Arrival = 'arrives' | 'is lost' | 'was never made';

interface Row {
  generation: number;
  endedAt: number | null;
  isUsed: boolean;
}

/** A service of two families in ten lines, and one honest client of each. The token is its family and generation. */
class Model {
  readonly entries: Entry[] = [];
  readonly #fault: Fault;
  readonly #rows = new Map<string, Row>();
  readonly #held = new Map<string, string>();
  readonly #previous = new Map<string, string>();
  #order = 0;
  #branches = 0;

  constructor(fault: Fault) {
    this.#fault = fault;
    for (const family of FAMILIES) {
      this.#rows.set(family, { generation: 0, endedAt: null, isUsed: false });
      this.#use(family, `${family}-code`, 'arrives');
    }
  }

  /** The client presents what it holds, until it is answered. */
  refresh(family: string, answer: Arrival): void {
    const held = this.#held.get(family);
    if (held === undefined) return;
    this.#use(family, held, answer);
    if (answer === 'arrives') return;
    if (this.#fault === 'forgets-rotations') this.#row(family).generation -= answer === 'is lost' ? 2 : 1;
    this.entries.push({ kind: 'restart', at: this.#next() });
    this.#use(family, held, 'arrives');
  }

  /** Once more what the client held before: a retry although the answer came. */
  repeat(family: string): void {
    const previous = this.#previous.get(family);
    if (previous !== undefined) this.#use(family, previous, 'arrives');
  }

  presentOld(family: string, generation: number): void {
    const { generation: current } = this.#row(family);
    if (current > generation + 2) this.#use(family, `${family}.${generation}`, 'arrives');
  }

  presentCodeAgain(family: string): void {
    this.#use(family, `${family}-code`, 'arrives');
  }

  /** Signs both out; where the answer is lost, again. */
  end(answer: Arrival): void {
    this.#end(answer);
    if (answer === 'arrives') return;
    this.entries.push({ kind: 'restart', at: this.#next() });
    for (const family of FAMILIES) this.refresh(family, 'arrives');
    this.#end('arrives');
  }

  look(family: string): void {
    const sentAt = this.#next();
    const isAlive = this.#row(family).endedAt === null;
    this.entries.push({ kind: 'probe', family, what: 'session', sentAt, answeredAt: this.#next(), isAlive });
  }

  #use(family: string, presented: string, answer: Arrival): void {
    const sentAt = this.#next();
    const kind = presented.endsWith('-code') ? 'exchange' : 'refresh';
    const given = answer === 'was never made' ? null : this.#judge(family, presented);
    if (answer === 'arrives' && given !== null) {
      this.#held.set(family, given);
      if (kind === 'refresh') this.#previous.set(family, presented);
    }
    this.entries.push({
      kind,
      family,
      presented,
      sentAt,
      answeredAt: this.#next(),
      answer:
        answer !== 'arrives'
          ? { outcome: 'unanswered', how: 'connection cut' }
          : given === null
            ? { outcome: 'refused' }
            : { outcome: 'tokens', refreshToken: given },
    });
  }

  #judge(family: string, presented: string): string | null {
    const row = this.#row(family);
    if (row.endedAt !== null) return null;
    const revoke = () => {
      row.endedAt = this.#order;
      return null;
    };
    if (presented.endsWith('-code')) {
      if (row.isUsed && this.#fault !== 'takes-codes-twice') return revoke();
      row.isUsed = true;
      row.generation += 1;
      return `${family}.${row.generation}`;
    }
    const [, generation = '', branch] = presented.split('.');
    const isCurrent = Number(generation) === row.generation;
    const isPredecessor = Number(generation) === row.generation - 1;
    if (isPredecessor && this.#fault === 'has-no-overlap') return revoke();
    if (!isCurrent && !isPredecessor && branch === undefined && this.#fault !== 'takes-old-tokens')
      return revoke();
    if (isCurrent) row.generation += 1;
    const successor = `${family}.${row.generation}`;
    if (this.#fault !== 'branches' || isCurrent) return successor;
    this.#branches += 1;
    return `${successor}.${this.#branches}`;
  }

  #end(answer: Arrival): void {
    const sentAt = this.#next();
    const reached = this.#fault === 'ends-halves' && answer === 'is lost' ? FAMILIES.slice(1) : FAMILIES;
    if (answer !== 'was never made' && this.#fault !== 'forgets-ends')
      for (const family of reached) this.#row(family).endedAt ??= sentAt;
    const acknowledged = answer === 'arrives';
    this.entries.push({
      kind: 'ending',
      families: FAMILIES,
      sentAt,
      answeredAt: this.#next(),
      acknowledged,
    });
  }

  #row(family: string): Row {
    const row = this.#rows.get(family);
    if (row === undefined) throw new Error(`no family ${family}`);
    return row;
  }

  #next(): number {
    this.#order += 1;
    return this.#order;
  }
}

const FAMILIES = ['one', 'two'];

type Step =
  | readonly ['refresh', string, Arrival]
  | readonly ['repeat' | 'present code again' | 'look', string]
  | readonly ['present old', string, number]
  | readonly ['end', Arrival];

function take(model: Model, step: Step): void {
  switch (step[0]) {
    case 'refresh':
      model.refresh(step[1], step[2]);
      break;
    case 'repeat':
      model.repeat(step[1]);
      break;
    case 'present code again':
      model.presentCodeAgain(step[1]);
      break;
    case 'look':
      model.look(step[1]);
      break;
    case 'present old':
      model.presentOld(step[1], step[2]);
      break;
    case 'end':
      model.end(step[1]);
      break;
  }
}

const family = fc.constantFrom(...FAMILIES);
const arrival = fc.constantFrom<Arrival[]>('arrives', 'is lost', 'was never made');
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(fc.constant('refresh' as const), family, arrival) },
  { weight: 3, arbitrary: fc.tuple(fc.constantFrom('repeat' as const, 'look' as const), family) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('present code again' as const), family) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constant('present old' as const), family, fc.integer({ min: 1, max: 3 })),
  },
  { weight: 1, arbitrary: fc.tuple(fc.constant('end' as const), arrival) },
);

function rulesBroken(fault: Fault, steps: readonly Step[]): Set<string> {
  const model = new Model(fault);
  for (const one of steps) take(model, one);
  return new Set(buildBreaches(model.entries).map(({ rule }) => rule));
}

test('a service without fault breaks no promise, whatever is asked, lost and retried', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      expect([...rulesBroken('none', steps)]).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

describe('a fault that shows is told', () => {
  const ONCE = 'a token is usable once, and every retry gives the same successor';
  const ENDED = 'what ended stays ended';
  const DIES = 'nothing dies without cause';
  const lost: Step = ['refresh', 'one', 'is lost'];
  const busy = Array.from({ length: 5 }, (): Step => ['refresh', 'one', 'arrives']);
  test.each<[Fault, Step[], string]>([
    ['forgets-rotations', [...busy, lost], DIES],
    ['has-no-overlap', [lost], DIES],
    ['branches', [...busy, ['repeat', 'one']], ONCE],
    ['takes-old-tokens', [...busy, ['present old', 'one', 1]], ONCE],
    ['takes-codes-twice', [['present code again', 'one']], ONCE],
    ['forgets-ends', [['end', 'arrives'], ...busy], ENDED],
    [
      'forgets-ends',
      [
        ['end', 'arrives'],
        ['look', 'two'],
      ],
      ENDED,
    ],
    ['ends-halves', [['end', 'is lost']], 'an end is absent or complete'],
  ])('%s', (fault, steps, rule) => {
    expect(rulesBroken('none', steps)).toEqual(new Set());
    expect(rulesBroken(fault, steps)).toContain(rule);
  });

  const use = { kind: 'refresh', family: 'one', presented: 'one.1', sentAt: 1, answeredAt: 2 } as const;
  const tokens = { outcome: 'tokens', refreshToken: 'x' } as const;
  test.each<[string, Entry[]]>([
    ['answers nobody should hear', [{ ...use, answer: { outcome: 'fault', detail: '500' } }]],
    [
      'every family has a usable leaf',
      [{ ...use, answer: { outcome: 'unanswered', how: 'connection cut' } }],
    ],
    [
      'a token belongs to one family',
      [
        { ...use, answer: tokens },
        { ...use, family: 'two', answer: tokens },
      ],
    ],
    [
      'nothing dies without cause',
      [{ kind: 'probe', family: 'one', what: 'session', sentAt: 1, answeredAt: 2, isAlive: false }],
    ],
  ])('%s', (rule, entries) => {
    expect(buildBreaches(entries).map((breach) => breach.rule)).toContain(rule);
  });
});

test('of replays, those are counted that were caused: one for each family that lived until then', () => {
  const model = new Model('none');
  for (let times = 0; times < 6; times += 1) for (const of of FAMILIES) model.refresh(of, 'arrives');
  model.presentOld('one', 1);
  model.presentOld('one', 2);
  model.presentCodeAgain('two');
  model.presentOld('two', 1);
  expect(countCausedReplays(model.entries)).toBe(1);
  expect(buildBreaches(model.entries)).toEqual([]);
});
