import type { RecordedEvent } from '@sojourn/server';
import { expect, test } from 'vitest';
import { eventText } from './log-table.js';

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
  expect(eventText.tabs(event)).toBe(
    '2026-11-20T00:00:00.000Z\tfsa\tsilent.refused ×3\tsession-expired-idle\tshop\t-\t192.0.2.1',
  );
  const [aligned = ''] = eventText.aligned(event, 0);
  expect(aligned.indexOf('session-expired-idle')).toBe(eventText.heading.indexOf('REASON'));
  expect(aligned.indexOf('192.0.2.1')).toBe(eventText.heading.indexOf('ADDRESS'));
});

test('what a request named cannot draw on the terminal', () => {
  expect(eventText.tabs({ ...event, clientId: 'a\u001b[2Jb\n\tc' }).split('\t')[4]).toBe(
    'a\ufffd[2Jb\ufffd\ufffdc',
  );
});
