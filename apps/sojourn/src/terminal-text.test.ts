import { expect, test } from 'vitest';
import { buildAlignedLine, buildFittingText, withoutControls } from './terminal-text.js';

test('a cell never moves the column behind it', () => {
  expect(buildAlignedLine(['ab', 'abcdef', 'end'], [4, 4, 0])).toBe('ab    abc…  end');
  expect(buildAlignedLine(['ab', ''], [4, 4])).toBe('ab');
});

test('a character of two halves is not cut in two', () => {
  expect(buildFittingText('👩👩👩', 2)).toBe('👩…');
  expect(buildFittingText('👩👩', 2)).toBe('👩👩');
});

test('what a stranger named cannot draw on the terminal', () => {
  expect(withoutControls('a\u001b[2Jb\n\u202ec\u2028')).toBe('a\ufffd[2Jb\ufffd\ufffdc\ufffd');
});
