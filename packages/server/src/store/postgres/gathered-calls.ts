import { StoreUnavailable } from '../../fault/fault.js';
import type { Row } from '../rows.js';
import type { Connections, Statement } from './connections.js';

/** Statements of one kind on their way at a time. While they are, the next one fills, as commits do on a disk. */
const ON_THE_WAY = 2;
/** Calls that one statement takes; more would hold the first ones up. */
const TOGETHER = 64;
/** More that wait mean that the database does not keep up. */
const WAITING = 2_000;

interface Waiting<Call, Answer> {
  readonly call: Call;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Makes one statement of the calls that come in one turn of the event loop, or while others are on their way: a round
 * trip and a commit cost what they cost, for one row as for many. A call alone waits for nothing.
 *
 * @param ask answers all of them, each in its place, or throws for all.
 */
export function gatherCalls<Call, Answer>(
  ask: (calls: readonly Call[]) => Promise<readonly Answer[]>,
): (call: Call) => Promise<Answer> {
  const waiting: Waiting<Call, Answer>[] = [];
  let onTheWay = 0;
  let isPlanned = false;

  const send = async (together: readonly Waiting<Call, Answer>[]) => {
    onTheWay += 1;
    try {
      const answers = await ask(together.map(({ call }) => call));
      for (const [index, { resolve }] of together.entries()) resolve(answers[index] as Answer);
    } catch (error) {
      for (const { reject } of together) reject(error);
      // Who waited behind it has waited as long; each call answers in bounded time.
      if (error instanceof StoreUnavailable) for (const { reject } of waiting.splice(0)) reject(error);
    }
    onTheWay -= 1;
    sendWaiting();
  };
  const sendWaiting = () => {
    while (waiting.length > 0 && onTheWay < ON_THE_WAY) void send(waiting.splice(0, TOGETHER));
  };

  return (call) =>
    new Promise((resolve, reject) => {
      if (waiting.length >= WAITING) {
        reject(new StoreUnavailable('the database does not keep up: too many calls wait for it'));
        return;
      }
      waiting.push({ call, resolve, reject });
      if (isPlanned) return;
      isPlanned = true;
      setImmediate(() => {
        isPlanned = false;
        sendWaiting();
      });
    });
}

/**
 * Keeps two calls about one thing out of one statement, which would tell both what happened once.
 *
 * @returns `null` for a call while another one of the same name is on its way: it is to be made by itself.
 */
export function withoutTwins<Call, Answer>(
  nameOf: (call: Call) => string,
  make: (call: Call) => Promise<Answer>,
): (call: Call) => Promise<Answer | null> {
  const onTheWay = new Set<string>();
  return async (call) => {
    const name = nameOf(call);
    if (onTheWay.has(name)) return null;
    onTheWay.add(name);
    try {
      return await make(call);
    } finally {
      onTheWay.delete(name);
    }
  };
}

/** Makes one statement of many reads by key. */
export function gatherReads<Found>(
  { run }: Pick<Connections, 'run'>,
  statement: Statement,
  toFound: (row: Row) => Found,
): (key: string) => Promise<Found | null> {
  return gatherCalls(async (keys: readonly string[]) => {
    const { rows } = await run(statement, [[...new Set(keys)]]);
    const found = new Map(rows.map((row) => [row.asked as string, row]));
    return keys.map((key) => {
      const row = found.get(key);
      return row === undefined ? null : toFound(row);
    });
  });
}
