import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type HttpListener, startHttpListener } from './listener.js';

let listener: HttpListener;
beforeAll(async () => {
  listener = await startHttpListener({ host: '127.0.0.1', port: 0 });
});
afterAll(() => listener.close(0));

const ask = () => fetch(`http://127.0.0.1:${listener.port}/`, { signal: AbortSignal.timeout(5_000) });

test('an answer that no header can carry becomes a 500, not silence', async () => {
  listener.answerWith(async () => ({
    status: 303,
    headers: { location: 'https://a.test/\u4e2d' },
    body: '',
  }));
  expect((await ask()).status).toBe(500);
});

test('an empty answer has no type, a 204 no length', async () => {
  listener.answerWith(async () => ({ status: 200, headers: {}, body: '' }));
  const empty = await ask();
  expect([empty.headers.get('content-type'), empty.headers.get('content-length')]).toEqual([null, '0']);
  listener.answerWith(async () => ({ status: 204, headers: {}, body: '' }));
  expect((await ask()).headers.get('content-length')).toBeNull();
});

test('a connection that was opened and never used does not hold up the end', async () => {
  const listener = await startHttpListener({ host: '127.0.0.1', port: 0 });
  const idle = connect(listener.port, '127.0.0.1');
  await once(idle, 'connect');
  // Another one that was answered shows that the server has seen the first.
  await (await fetch(`http://127.0.0.1:${listener.port}/`)).text();
  const cut = once(idle, 'close');
  await listener.close(60_000);
  await cut;
});
