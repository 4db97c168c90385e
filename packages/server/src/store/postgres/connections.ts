import type { Duplex } from 'node:stream';
import pg from 'pg';
import { ConfigurationChanged, StoreUnavailable } from '../../fault/fault.js';
import type { Row } from '../rows.js';

/** A statement that each connection parses and plans once, under its name. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** What a parameter of a statement may be. An array is one parameter. */
export type Value = string | number | boolean | null | readonly (string | number | null)[];

/** What a statement answered. */
export interface Answer {
  readonly rows: readonly Row[];
  /** Rows that were written, or read where none were. */
  readonly changes: number;
}

/** Runs one statement: by itself, or as part of the transaction that it was given for. */
export type Run = (statement: Statement, values?: readonly Value[]) => Promise<Answer>;

/** What a transaction answers that leaves nothing behind. */
export class Undone<T> {
  readonly answer: T;
  constructor(answer: T) {
    this.answer = answer;
  }
}

/** The database, for the rows of each concept. Every call answers within two seconds or throws `StoreUnavailable`. */
export interface Connections {
  /** One statement is one transaction, in one round trip. */
  readonly run: Run;
  /** Commits what the work wrote, unless it throws or answers `Undone`. The work may be run twice. */
  transaction<T>(work: (run: Run) => Promise<T | Undone<T>>): Promise<T>;
  /** Lets calls that run finish. */
  close(): Promise<void>;
}

/** A call answers within this time, whatever became of the database. */
export const ANSWER_WITHIN_MS = 1_900;
/** Calls that may wait for each connection; more at once means that the database does not keep up. */
const WAITING_PER_CONNECTION = 50;
const IDLE_MS = 60_000;
/** So that a change of the database's address is followed even by connections that nothing breaks. */
const LIFETIME_SECONDS = 30 * 60;

/**
 * A pool whose calls answer in bounded time: by what the database says, or by `StoreUnavailable`. A connection that
 * failed takes all that are as old with it, because a database that comes back has forgotten them all.
 *
 * @param config where the database is.
 * @param options.poolMax connections at most.
 * @param options.answerWithinMs for tests that are not about time.
 */
export function openConnections(
  config: pg.ClientConfig,
  { poolMax, answerWithinMs = ANSWER_WITHIN_MS }: { poolMax: number; answerWithinMs?: number | undefined },
): Connections {
  const pool = new pg.Pool({
    ...config,
    max: poolMax,
    connectionTimeoutMillis: answerWithinMs / 2,
    idleTimeoutMillis: IDLE_MS,
    maxLifetimeSeconds: LIFETIME_SECONDS,
    keepAlive: true,
    types: NUMBERS,
    onConnect: (client) => prepareSession(client, answerWithinMs),
  });
  const everyClient = new Set<pg.PoolClient>();
  const era = new WeakMap<pg.PoolClient, number>();
  let currentEra = 0;
  pool.on('connect', (client) => {
    everyClient.add(client);
    era.set(client, currentEra);
    // Its call hears of it too; an event that nobody listens to would end the process.
    client.on('error', () => {});
  });
  pool.on('remove', (client) => everyClient.delete(client));
  pool.on('error', () => {});

  const connect = async (): Promise<pg.PoolClient> => {
    for (;;) {
      const client = await pool.connect();
      if (era.get(client) === currentEra) return client;
      cutOff(client);
      client.release(true);
    }
  };

  const withClient = async <T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> => {
    if (pool.waitingCount >= poolMax * WAITING_PER_CONNECTION)
      throw new StoreUnavailable('the database does not keep up: too many calls wait for it');
    const startedAt = performance.now();
    const client = await connect();
    const leftMs = Math.max(1, answerWithinMs - (performance.now() - startedAt));
    // The call that waits on it then fails as it does where the network breaks.
    const timer = setTimeout(() => cutOff(client), leftMs);
    try {
      const result = await work(client);
      client.release();
      return result;
    } catch (error) {
      const isBroken = breaksConnection(error);
      if (isBroken && era.get(client) === currentEra) currentEra += 1;
      if (isBroken) cutOff(client);
      client.release(isBroken);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  };

  /** The loser of a deadlock has changed nothing, and wins the second time. */
  const answering = async <T>(attempt: () => Promise<T>): Promise<T> => {
    try {
      return await attempt().catch((error) => (isLostRace(error) ? attempt() : Promise.reject(error)));
    } catch (error) {
      throw error instanceof ConfigurationChanged ? error : unavailable(error);
    }
  };

  let closing: Promise<void> | undefined;
  return {
    run: (statement, values) => answering(() => withClient((client) => runOn(client)(statement, values))),
    transaction: (work) => answering(() => withClient((client) => transact(client, work))),
    close: () => {
      closing ??= endPool(pool, everyClient, answerWithinMs);
      return closing;
    },
  };
}

/** Turns any error into the one that callers know. Its message is for operators, and holds no secret. */
export function unavailable(error: unknown): StoreUnavailable {
  if (error instanceof StoreUnavailable) return error;
  return new StoreUnavailable(`the database did not answer: ${messageOf(error)}`, { cause: error });
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // A name with several addresses fails with one error for each, and no text of its own.
  if (error instanceof AggregateError) return error.errors.map(messageOf).join(', ');
  return error.message;
}

/** Cut, not closed: a server that has gone would never say good-bye. */
export function cutOff(client: pg.ClientBase): void {
  (client as unknown as { connection: { stream: Duplex } }).connection.stream.destroy();
}

function runOn(client: pg.ClientBase): Run {
  return async ({ name, text }, values = []) => {
    const { rows, rowCount } = await client.query<Row>({ name, text, values: values.map(withoutNul) });
    return { rows, changes: rowCount ?? 0 };
  };
}

/** Text has no NUL there. Whoever sends one in a name is not to be told that the database is away. */
function withoutNul(value: Value): Value {
  if (typeof value === 'string') return value.includes('\0') ? value.replaceAll('\0', '\ufffd') : value;
  return Array.isArray(value) ? value.map((member) => withoutNul(member) as string) : value;
}

async function transact<T>(client: pg.ClientBase, work: (run: Run) => Promise<T | Undone<T>>): Promise<T> {
  await client.query(BEGIN);
  let result: T | Undone<T>;
  try {
    result = await work(runOn(client));
  } catch (error) {
    if (!breaksConnection(error)) await client.query(ROLLBACK);
    throw error;
  }
  if (result instanceof Undone) {
    await client.query(ROLLBACK);
    return result.answer;
  }
  const { command } = await client.query(COMMIT);
  if (command !== 'COMMIT') throw new Error('the database rolled the transaction back');
  return result;
}

const BEGIN = { name: 'begin', text: 'BEGIN' };
const COMMIT = { name: 'commit', text: 'COMMIT' };
const ROLLBACK = { name: 'rollback', text: 'ROLLBACK' };

/** Whether the connection can be used no more: it broke, the server ends, or the server takes no writes any more. */
function breaksConnection(error: unknown): boolean {
  if (error instanceof ConfigurationChanged) return false;
  if (!(error instanceof pg.DatabaseError)) return true;
  const { severity, code = '' } = error;
  return severity === 'FATAL' || severity === 'PANIC' || READ_ONLY === code || code.startsWith('08');
}

const READ_ONLY = '25006';
const LOST_RACES = ['40001', '40P01'];

function isLostRace(error: unknown): boolean {
  return error instanceof pg.DatabaseError && LOST_RACES.includes(error.code ?? '');
}

/** Moments and counts are integers well below 2^53. */
const NUMBERS: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format: 'text' | 'binary') =>
    oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format as 'text')) as never,
};

/**
 * Makes a connection one of ours: a server that takes no writes is none, a statement ends before its caller does, and
 * what was answered is durable whatever the database's default says. All statements look up by key, so they are planned
 * once and by key alone: a plan made while a table was small, or planning anew each time, would cost ten times the work.
 */
async function prepareSession(client: pg.ClientBase, answerWithinMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the database takes too long to begin')), answerWithinMs / 4);
  });
  try {
    const begun = client.query(BEGIN_SESSION, [
      String(Math.round(answerWithinMs * 0.75)),
      String(answerWithinMs),
    ]);
    const { rows } = await Promise.race([begun, late]);
    if (rows[0]?.read_only === 'on') throw new Error('the database server takes no writes');
  } finally {
    clearTimeout(timer);
  }
}

const BEGIN_SESSION = `SELECT current_setting('transaction_read_only') AS read_only,
  set_config('statement_timeout', $1, false), set_config('idle_in_transaction_session_timeout', $2, false),
  set_config('default_transaction_isolation', 'read committed', false),
  set_config('plan_cache_mode', 'force_generic_plan', false), set_config('jit', 'off', false),
  set_config('enable_seqscan', 'off', false), set_config('enable_hashjoin', 'off', false),
  set_config('enable_mergejoin', 'off', false),
  CASE current_setting('synchronous_commit') WHEN 'off' THEN set_config('synchronous_commit', 'on', false) END`;

async function endPool(pool: pg.Pool, clients: ReadonlySet<pg.PoolClient>, withinMs: number): Promise<void> {
  const timer = setTimeout(() => {
    for (const client of clients) cutOff(client);
  }, withinMs);
  try {
    await pool.end();
  } finally {
    clearTimeout(timer);
  }
}
