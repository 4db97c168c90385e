import { expect, test } from 'vitest';
import { createOperatorLog } from './operator-log.js';

function written(options: { level: 'info' | 'warn'; asJson: boolean }): string[] {
  const lines: string[] = [];
  const log = createOperatorLog({ ...options, write: (line) => lines.push(line), clock: () => 0 });
  log({
    level: 'info',
    message: 'a page told of a problem',
    facts: { path: '/a\u001b[2J', absent: undefined },
  });
  log({ level: 'error', message: 'a request failed', facts: { count: 1 } });
  return lines;
}

test('readable where a person looks on', () => {
  expect(written({ level: 'info', asJson: false })).toEqual([
    '1970-01-01T00:00:00.000Z a page told of a problem path=/a\ufffd[2J\n',
    '1970-01-01T00:00:00.000Z error: a request failed count=1\n',
  ]);
});

test('an object per line where a program collects them, from the level on', () => {
  expect(written({ level: 'warn', asJson: true }).map((line) => JSON.parse(line))).toEqual([
    { time: '1970-01-01T00:00:00.000Z', level: 'error', message: 'a request failed', facts: { count: 1 } },
  ]);
});
