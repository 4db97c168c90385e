import { expect, test } from 'vitest';
import { RefusedOrigins } from './preflight.js';

test('refused origins are named in the record, five a minute, and none that is no origin', () => {
  const refused = new RefusedOrigins();
  const reason = (origin: string | undefined, now = 0) => refused.buildReason('preflight', origin, now);
  expect(reason('https://a.test')).toBe('preflight https://a.test');
  expect(reason(undefined)).toBe('preflight');
  expect(reason('https://a.test\n')).toBe('preflight');
  expect(reason(`https://${'a'.repeat(120)}.test`)).toBe('preflight');
  for (let index = 0; index < 100; index += 1) reason(`https://${index}.test`);
  expect(reason('https://late.test')).toBe('preflight');
  expect(reason('https://a.test')).toBe('preflight https://a.test');
  expect(reason('https://late.test', 60_000)).toBe('preflight https://late.test');
});
