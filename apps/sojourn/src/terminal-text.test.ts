import { expect, test } from 'vitest';
import { buildFittingText, drawColumns, withoutControls } from './terminal-text.js';

test('a cell never moves the column behind it', () => {
  expect(
    drawColumns([
      ['A', 4],
      ['B', 4],
      ['C', 0],
    ]).line(['ab', 'abcdef', 'end']),
  ).toBe('ab    abc…  end');
  expect(
    drawColumns([
      ['A', 4],
      ['B', 4],
    ]).line(['ab', '']),
  ).toBe('ab');
});

test('a character of two halves is not cut in two', () => {
  expect(buildFittingText('👩👩👩', 2)).toBe('👩…');
  expect(buildFittingText('👩👩', 2)).toBe('👩👩');
});

test('what a stranger named cannot draw on the terminal', () => {
  expect(withoutControls('a\u001b[2Jb\n\u202ec\u2028')).toBe('a\ufffd[2Jb\ufffd\ufffdc\ufffd');
});
