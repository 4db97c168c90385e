import type { RecordedEvent } from '@sojourn/server';
import { expect, test } from 'vitest';
import { buildLogHeading, buildLogLine } from './log-table.js';

const event: RecordedEvent = {
  id: 1,
  at: Date.UTC(2026, 10, 20),
  name: 'silent.refused',
  reason: 'session-expired-idle',
  sid: 's',
  clientId: 'shop',
  userId: null,
  address: '192.0.2.1',
  count: 3,
};

test('a program gets tabs, a person gets columns under their heading', () => {
  expect(buildLogLine(event, false)).toBe(
    '2026-11-20T00:00:00.000Z\tfsa\tsilent.refused ×3\tsession-expired-idle\tshop\t-\t192.0.2.1',
  );
  const aligned = buildLogLine(event, true);
  expect(aligned.indexOf('session-expired-idle')).toBe(buildLogHeading().indexOf('REASON'));
  expect(aligned.indexOf('192.0.2.1')).toBe(buildLogHeading().indexOf('ADDRESS'));
});

test('what a request named cannot draw on the terminal', () => {
  expect(buildLogLine({ ...event, clientId: 'a\u001b[2Jb\n\tc' }, false).split('\t')[4]).toBe(
    'a\ufffd[2Jb\ufffd\ufffdc',
  );
});
