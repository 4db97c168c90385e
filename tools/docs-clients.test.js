import { expect, test } from 'vitest';
import { fillFiles } from './docs-clients.js';

const read = (/** @type {string} */ path) => `the text of ${path}\n`;

test('a block that names a file holds it whole', () => {
  const page = 'Before\n\n```go api/main.go\nold\n\nold\n```\n\nAfter\n';
  expect(fillFiles(page, read)).toBe('Before\n\n```go api/main.go\nthe text of api/main.go\n```\n\nAfter\n');
});

test('an empty block is filled, and one that names no file stays as it is', () => {
  const page = '```sh\nnpm ci\n```\n\n```yaml tenant.yaml\n```\n';
  expect(fillFiles(page, read)).toBe(
    '```sh\nnpm ci\n```\n\n```yaml tenant.yaml\nthe text of tenant.yaml\n```\n',
  );
});
