import { describe, expect, test } from 'vitest';
import { StoreUnavailable } from '../../fault/fault.js';
import { gatherCalls, gatherReads, withoutTwins } from './gathered-calls.js';

/** A statement that is answered when the test says so. */
function heldStatement() {
  const asked: { calls: readonly number[]; answer: () => void; fail: (error: Error) => void }[] = [];
  const call = gatherCalls<number, string>(
    (calls) =>
      new Promise((resolve, reject) => {
        asked.push({ calls, answer: () => resolve(calls.map((one) => `answer to ${one}`)), fail: reject });
      }),
  );
  return { asked, call };
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe('calls that are gathered', () => {
  test('those of one turn go together, and each gets its own answer', async () => {
    const { asked, call } = heldStatement();
    const answers = Promise.all([call(1), call(2), call(3)]);
    await nextTurn();
    expect(asked.map(({ calls }) => calls)).toEqual([[1, 2, 3]]);
    asked[0]?.answer();
    expect(await answers).toEqual(['answer to 1', 'answer to 2', 'answer to 3']);
  });

  test('two statements are on their way at a time, and what comes meanwhile fills the third', async () => {
    const { asked, call } = heldStatement();
    const answers: Promise<string>[] = [];
    for (const one of [1, 2, 3, 4]) {
      answers.push(call(one));
      await nextTurn();
    }
    expect(asked.map(({ calls }) => calls)).toEqual([[1], [2]]);
    asked[0]?.answer();
    await nextTurn();
    expect(asked.map(({ calls }) => calls)).toEqual([[1], [2], [3, 4]]);
    for (const { answer } of asked) answer();
    expect(await Promise.all(answers)).toHaveLength(4);
  });

  test('a fault is told to those that went together, and to no others', async () => {
    const { asked, call } = heldStatement();
    const together = Promise.allSettled([call(1), call(2)]);
    await nextTurn();
    const other = call(3);
    await nextTurn();
    asked[0]?.fail(new Error('a fault'));
    asked[1]?.answer();
    expect((await together).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await other).toBe('answer to 3');
  });

  test('where the database does not answer, who waited behind is told so at once', async () => {
    const { asked, call } = heldStatement();
    const calls: Promise<string>[] = [];
    for (const one of [1, 2, 3]) {
      calls.push(call(one));
      await nextTurn();
    }
    const all = Promise.allSettled(calls);
    expect(asked).toHaveLength(2);
    asked[0]?.fail(new StoreUnavailable('away'));
    asked[1]?.fail(new StoreUnavailable('away'));
    expect((await all).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(asked).toHaveLength(2);
  });

  test('the queue is bounded', async () => {
    const { asked, call } = heldStatement();
    const calls = Array.from({ length: 2_001 }, (_, one) => call(one));
    await expect(calls.at(-1)).rejects.toThrow(StoreUnavailable);
    const rest = Promise.all(calls.slice(0, -1));
    while (asked.length * 64 < 2_000) {
      for (const { answer } of asked) answer();
      await nextTurn();
    }
    for (const { answer } of asked) answer();
    expect(await rest).toHaveLength(2_000);
  });
});

test('a twin of a call that is on its way is left to be made by itself', async () => {
  let finish = () => {};
  const make = withoutTwins(
    (name: string) => name,
    () => new Promise<string>((resolve) => (finish = () => resolve('made'))),
  );
  const first = make('one');
  expect(await make('one')).toBeNull();
  finish();
  expect(await first).toBe('made');
  const again = make('one');
  finish();
  expect(await again).toBe('made');
});

test('reads of one key ask for it once, and a key without a row is null', async () => {
  const asked: unknown[] = [];
  const find = gatherReads(
    {
      run: async (_statement, values) => {
        asked.push(values);
        return { rows: [{ asked: 'a', value: 1 }], changes: 1 };
      },
    },
    { name: 'find', text: '' },
    (row) => row.value,
  );
  expect(await Promise.all([find('a'), find('a'), find('b')])).toEqual([1, 1, null]);
  expect(asked).toEqual([[['a', 'b']]]);
});
