import { expect, test } from 'vitest';
import { judgeCookies } from './issuer-check.js';

test.each([
  ['https://id.example.com/', 'ok'],
  ['http://localhost:4400/', 'ok'],
  ['http://id.localhost/', 'ok'],
  ['http://127.0.0.1:4400/', 'ok'],
  ['http://[::1]/', 'ok'],
  ['http://id.example.com/', 'failed'],
  ['http://192.168.1.2/', 'failed'],
  ['id.example.com', 'failed'],
])('cookies at %s: %s', (issuer, status) => {
  expect(judgeCookies(issuer).status).toBe(status);
});
