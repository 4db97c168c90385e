import { expect, test } from 'vitest';
import { sayTrial } from './refresh-requests.js';

test('a trial says what was found, and would say so where the promise is broken', () => {
  expect(sayTrial('twenty at once', Array(20).fill('a'))).toBe('20 requests at once got the same successor');
  expect(sayTrial('answer lost', ['a', 'a'])).toBe(
    'an answer was lost, and its retry got the same successor',
  );
  expect(sayTrial('answer lost', ['a', 'b'])).toBe(
    'an answer was lost, and its retry got 2 different successors',
  );
});
