import { expect, test } from 'vitest';
import { parseTenantDocument, readTenantDocument } from './tenant-document.js';

test('YAML, JSON and merge keys', () => {
  expect(parseTenantDocument('clients:\n  - name: Shop\n', 't.yaml')).toEqual({
    ok: true,
    value: { clients: [{ name: 'Shop' }] },
  });
  expect(parseTenantDocument('{"clients": []}', 't.json')).toEqual({ ok: true, value: { clients: [] } });
  const merged = 'base: &base { app_type: spa }\nclients:\n  - { <<: *base, name: Shop }\n';
  expect(parseTenantDocument(merged, 't.yaml')).toMatchObject({
    value: { clients: [{ app_type: 'spa', name: 'Shop' }] },
  });
});

test('every syntax error has its line', () => {
  const outcome = parseTenantDocument('clients:\n  - name: Shop\n    name: Twice\n', 't.yaml');
  expect(outcome).toEqual({ ok: false, mistakes: ['t.yaml, line 3, column 5: Map keys must be unique.'] });
});

test('security.md 87: aliases of aliases end', () => {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
  for (let i = 1; i < 10; i += 1)
    lines.push(
      `a${i}: &a${i} [${Array(9)
        .fill(`*a${i - 1}`)
        .join(', ')}]`,
    );
  const outcome = parseTenantDocument(lines.join('\n'), 't.yaml');
  expect(outcome.ok ? [] : outcome.mistakes[0]).toContain('too many or unresolved aliases');
});

test('a file that is not there', () => {
  expect(readTenantDocument('/nowhere/t.yaml')).toEqual({
    ok: false,
    mistakes: ['--tenant is "/nowhere/t.yaml"; there is no such file.'],
  });
});
