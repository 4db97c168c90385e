import { expect, test } from 'vitest';
import { buildBaseHeaders } from './responses.js';

test('ASVS 3.4.1: over https browsers are told to come by https only, sub-domains included; over http they are not', () => {
  expect(buildBaseHeaders('https://id.example.com/')['strict-transport-security']).toBe(
    'max-age=31536000; includeSubDomains',
  );
  expect(buildBaseHeaders('http://localhost:4400/')).not.toHaveProperty('strict-transport-security');
});

test('every answer says that its type is what it says, and that its address is nobody’s business', () => {
  for (const issuer of ['https://id.example.com/', 'http://localhost:4400/'])
    expect(buildBaseHeaders(issuer)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
});
