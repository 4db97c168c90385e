/** Who a call is made for: whoever has written the address. */
export interface Party {
  /** A client's id, or the name of what asks where there is no client yet. */
  readonly id: string;
  /** Registered by itself, or not registered yet. */
  readonly isStranger: boolean;
}

/** A call that runs. */
export interface RunningCall {
  readonly purpose: string;
  readonly host: string;
  readonly party: Party;
  /** When it began, in milliseconds of any monotonic clock. */
  readonly startedAt: number;
}

/** Calls of one purpose at once; more would be somebody else's attack by our hands. */
const MOST_OF_A_PURPOSE = 64;
/** Of these, for those who registered themselves together. */
const MOST_OF_STRANGERS = 32;
const MOST_TO_A_HOST = 16;
const MOST_FOR_A_PARTY = 16;
/** A call that took this long gives its place to one that has none. */
const ITS_TIME_MS = 1_000;

/** Whether a call may begin, and which others end for it. */
export type Room<Call> =
  /** There is room, once these have been given up. */
  { readonly room: 'free'; readonly giveUp: readonly Call[] } | { readonly room: 'none' };

/**
 * Whether one more call may begin. Purposes do not share; within one no party, no host, and not all strangers together take
 * what others need. Where a share is full its oldest call makes room, if it had its time: who lets calls hang, hangs himself.
 *
 * @param running all that run, oldest first.
 * @see security.md 85
 */
export function decideRoom<Call extends RunningCall>(
  running: readonly Call[],
  wanted: RunningCall,
): Room<Call> {
  const shares: readonly (readonly [most: number, isIn: (call: RunningCall) => boolean])[] = [
    [MOST_FOR_A_PARTY, ({ party }) => party.id === wanted.party.id],
    [MOST_TO_A_HOST, ({ host }) => host === wanted.host],
    [MOST_OF_STRANGERS, ({ party }) => wanted.party.isStranger && party.isStranger],
    [MOST_OF_A_PURPOSE, () => true],
  ];
  const giveUp = new Set<Call>();
  const others = running.filter(({ purpose }) => purpose === wanted.purpose);
  for (const [most, isIn] of shares) {
    const share = others.filter((call) => isIn(call) && !giveUp.has(call));
    if (share.length < most) continue;
    const [oldest] = share;
    if (oldest === undefined || wanted.startedAt - oldest.startedAt < ITS_TIME_MS) return { room: 'none' };
    giveUp.add(oldest);
  }
  return { room: 'free', giveUp: [...giveUp] };
}
