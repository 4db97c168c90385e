/**
 * What the clients of a run sent and what they heard, in one order: `sentAt` and `answeredAt` count the run's
 * observations, so that of two of them it is known which came first.
 */
export type Entry = TokenUse | Ending | Probe | Restart;

/** A code or a refresh token, presented to the token endpoint. */
export interface TokenUse {
  readonly kind: 'exchange' | 'refresh';
  readonly family: string;
  readonly presented: string;
  readonly sentAt: number;
  readonly answeredAt: number;
  readonly answer: Answer;
}

export type Answer =
  | { readonly outcome: 'tokens'; readonly refreshToken: string }
  /** `invalid_grant`. */
  | { readonly outcome: 'refused' }
  /** Whether anything was done, nobody knows; where no connection was made, nothing. */
  | { readonly outcome: 'unanswered'; readonly how: 'no connection' | 'connection cut' | 'unavailable' }
  /** What no client should ever hear. */
  | { readonly outcome: 'fault'; readonly detail: string };

/** A sign-out or a revocation. */
export interface Ending {
  readonly kind: 'ending';
  /** All that it ends; of a sign-out, the session too. */
  readonly families: readonly string[];
  readonly sentAt: number;
  readonly answeredAt: number;
  readonly acknowledged: boolean;
}

/** A look that changes nothing: at a family's access token, at a session. */
export interface Probe {
  readonly kind: 'probe';
  /** Or the session. */
  readonly family: string;
  readonly what: string;
  readonly sentAt: number;
  readonly answeredAt: number;
  readonly isAlive: boolean;
}

/** The service came back. */
export interface Restart {
  readonly kind: 'restart';
  readonly at: number;
}

/** A promise that was not kept. */
export interface Breach {
  readonly rule:
    | 'answers nobody should hear'
    | 'a token is usable once, and every retry gives the same successor'
    | 'a token belongs to one family'
    | 'what ended stays ended'
    | 'nothing dies without cause'
    | 'an end is absent or complete'
    | 'every family has a usable leaf';
  readonly family: string;
  readonly detail: string;
}

const ONCE: Breach['rule'] = 'a token is usable once, and every retry gives the same successor';

/**
 * Every promise that the entries show broken. To be asked when each client has had an answer to its last request.
 *
 * @see security.md D, E M01 and M02 · design.md 5
 */
export function buildBreaches(entries: readonly Entry[]): Breach[] {
  const families = readFamilies(entries);
  return [
    ...[...families.values()].flatMap(({ breaches }) => breaches),
    ...buildSharingBreaches(families),
    ...entries.filter(isProbe).flatMap((probe) => buildProbeBreaches(probe, families, entries)),
    ...entries.filter(isEnding).flatMap((ending) => buildHalvesBreaches(ending, families, entries)),
  ];
}

/** How many families lived until somebody presented an old token on purpose. */
export function countCausedReplays(entries: readonly Entry[]): number {
  return [...readFamilies(entries).values()].filter(({ causedReplay }) => causedReplay).length;
}

type Families = ReadonlyMap<string, FamilyReading>;

interface FamilyReading {
  readonly uses: readonly TokenUse[];
  readonly breaches: readonly Breach[];
  readonly causedReplay: boolean;
  readonly ends: readonly End[];
}

interface End {
  readonly sentAt: number;
  /** `null`: nobody was told that it is done. */
  readonly knownAt: number | null;
}

/** Follows one family through its uses. One client has it, so they come one after the other. */
function readFamily(family: string, uses: readonly TokenUse[], entries: readonly Entry[]): FamilyReading {
  const breaches: Breach[] = [];
  const breach = (rule: Breach['rule'], { presented, sentAt }: TokenUse, what: string) =>
    breaches.push({ rule, family, detail: `${what} (observation ${sentAt}: ${presented})` });
  const ends = endsOf(family, entries);
  /** Its tokens, each with its place in the order in which they were acknowledged. */
  const generations = new Map<string, number>();
  const successors = new Map<string, string>();
  const unanswered = new Set<string>();
  let causedReplay = false;

  for (const use of uses) {
    const { kind, presented, sentAt, answeredAt, answer } = use;
    const isReplay = isSpent(use, generations, successors);
    if (isReplay) {
      causedReplay ||= kind === 'refresh' && !hasEnded(ends, sentAt);
      ends.push({ sentAt, knownAt: null });
    }
    switch (answer.outcome) {
      case 'fault':
        breach('answers nobody should hear', use, answer.detail);
        break;
      case 'unanswered':
        unanswered.add(presented);
        break;
      case 'refused': {
        // RFC 6749 §4.1.2: a code is used once. Where its answer was lost, what it gave is nobody's.
        const isLostCode = kind === 'exchange' && unanswered.has(presented);
        if (!isLostCode && !mayHaveEnded(ends, answeredAt))
          breach('nothing dies without cause', use, 'a live token was refused');
        ends.push({ sentAt, knownAt: answeredAt });
        break;
      }
      case 'tokens': {
        const { refreshToken } = answer;
        const former = successors.get(presented);
        if (hasEnded(ends, sentAt)) breach('what ended stays ended', use, 'tokens after the end');
        else if (isReplay) breach(ONCE, use, 'an old one was taken');
        else if (former !== undefined && former !== refreshToken)
          breach(ONCE, use, `after ${former} it gave ${refreshToken}`);
        else if (former === undefined && (generations.has(refreshToken) || refreshToken === presented))
          breach(ONCE, use, `it gave ${refreshToken}, which had been given before`);
        if (!generations.has(refreshToken)) generations.set(refreshToken, generations.size);
        successors.set(presented, refreshToken);
      }
    }
  }
  const last = uses.at(-1);
  if (last?.answer.outcome === 'unanswered' && !mayHaveEnded(ends, Number.POSITIVE_INFINITY))
    breach('every family has a usable leaf', last, 'no retry was answered');
  return { uses, breaches, causedReplay, ends };
}

/** A code that gave tokens, or a refresh token with two acknowledged generations after it. */
function isSpent(
  { kind, presented }: TokenUse,
  generations: ReadonlyMap<string, number>,
  successors: ReadonlyMap<string, string>,
): boolean {
  if (kind === 'exchange') return successors.has(presented);
  const generation = generations.get(presented);
  return generation !== undefined && generation < generations.size - 2;
}

function buildSharingBreaches(families: Families): Breach[] {
  const owners = new Map<string, string>();
  const breaches: Breach[] = [];
  for (const [family, { uses }] of families) {
    for (const { answer } of uses) {
      if (answer.outcome !== 'tokens') continue;
      const owner = owners.get(answer.refreshToken) ?? family;
      owners.set(answer.refreshToken, owner);
      if (owner !== family)
        breaches.push({
          rule: 'a token belongs to one family',
          family,
          detail: `${answer.refreshToken} was given to ${owner}`,
        });
    }
  }
  return breaches;
}

function buildProbeBreaches(
  { family, what, sentAt, answeredAt, isAlive }: Probe,
  families: Families,
  entries: readonly Entry[],
): Breach[] {
  const ends = families.get(family)?.ends ?? endsOf(family, entries);
  const detail = `${what} (observation ${sentAt})`;
  if (isAlive && hasEnded(ends, sentAt)) return [{ rule: 'what ended stays ended', family, detail }];
  if (!isAlive && !mayHaveEnded(ends, answeredAt))
    return [{ rule: 'nothing dies without cause', family, detail }];
  return [];
}

/** An end that nobody acknowledged holds for all that it was to end, or for nothing of it. */
function buildHalvesBreaches(ending: Ending, families: Families, entries: readonly Entry[]): Breach[] {
  if (ending.acknowledged) return [];
  const from = entries.filter(isRestart).find(({ at }) => at > ending.answeredAt)?.at;
  if (from === undefined) return [];
  const again = entries.filter(isEnding).find((other) => other.sentAt > from && sharesFamily(other, ending));
  const until = again?.sentAt ?? Number.POSITIVE_INFINITY;
  const outcomes = ending.families
    .flatMap((family) => families.get(family) ?? [])
    .filter(({ ends }) => !mayHaveEnded(ends, ending.sentAt))
    .flatMap(({ uses }) => uses)
    .filter(({ sentAt, answeredAt }) => sentAt > from && answeredAt < until)
    .map(({ answer }) => answer.outcome)
    .filter((outcome) => outcome === 'tokens' || outcome === 'refused');
  return new Set(outcomes).size < 2
    ? []
    : ending.families.map((family) => ({
        rule: 'an end is absent or complete',
        family,
        detail: `of ${ending.families.join(', ')} (observation ${ending.sentAt})`,
      }));
}

function sharesFamily(one: Ending, other: Ending): boolean {
  return one.families.some((family) => other.families.includes(family));
}

function hasEnded(ends: readonly End[], before: number): boolean {
  return ends.some(({ knownAt }) => knownAt !== null && knownAt < before);
}

function mayHaveEnded(ends: readonly End[], before: number): boolean {
  return ends.some(({ sentAt }) => sentAt < before);
}

function endsOf(family: string, entries: readonly Entry[]): End[] {
  return entries
    .filter(isEnding)
    .filter(({ families }) => families.includes(family))
    .map(({ sentAt, answeredAt, acknowledged }) => ({ sentAt, knownAt: acknowledged ? answeredAt : null }));
}

function readFamilies(entries: readonly Entry[]): Families {
  const uses = new Map<string, TokenUse[]>();
  for (const use of entries.filter(isTokenUse).sort((one, other) => one.sentAt - other.sentAt)) {
    const own = uses.get(use.family) ?? [];
    own.push(use);
    uses.set(use.family, own);
  }
  return new Map([...uses].map(([family, own]) => [family, readFamily(family, own, entries)]));
}

function isTokenUse(entry: Entry): entry is TokenUse {
  return entry.kind === 'exchange' || entry.kind === 'refresh';
}

function isEnding(entry: Entry): entry is Ending {
  return entry.kind === 'ending';
}

function isProbe(entry: Entry): entry is Probe {
  return entry.kind === 'probe';
}

function isRestart(entry: Entry): entry is Restart {
  return entry.kind === 'restart';
}
