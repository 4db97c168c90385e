import { describe, expect, test } from 'vitest';
import { buildEvent } from './events.js';

describe('buildEvent', () => {
  test('no text of an event is longer than 256 characters, whatever was sent', () => {
    const long = 'x'.repeat(50_000);
    const event = buildEvent(1, 'client.refused', {
      reason: long,
      sid: long,
      clientId: long,
      userId: long,
      address: long,
    });
    expect(event).toEqual({
      at: 1,
      name: 'client.refused',
      reason: 'x'.repeat(256),
      sid: 'x'.repeat(256),
      clientId: 'x'.repeat(256),
      userId: 'x'.repeat(256),
      address: 'x'.repeat(256),
      count: 1,
    });
  });

  test('what has its length is kept to the letter', () => {
    const id = 'y'.repeat(256);
    expect(buildEvent(1, 'client.refused', { clientId: id }).clientId).toBe(id);
  });
});
