import { expect, test } from 'vitest';
import { findStaleBuild, requireBuiltCommand } from '../rig/built-command.js';

const built = (name: string, changedAt: number, builtAt: number | null) => ({ name, changedAt, builtAt });

test('the command that these suites start is what the sources say', () => {
  expect(() => requireBuiltCommand()).not.toThrow();
});

test('sources that were changed after the build, or never built, are told with what to run', () => {
  expect(findStaleBuild([built('protocol', 1, 2), built('server', 2, 2)])).toBeNull();
  expect(findStaleBuild([built('protocol', 1, 2), built('server', 3, 2)])).toBe(
    'server was changed after it was built, and these tests run what was built. Run: npm run build',
  );
  expect(findStaleBuild([built('protocol', 1, null)])).toMatch(/^protocol was never built, .*npm run build$/);
});
