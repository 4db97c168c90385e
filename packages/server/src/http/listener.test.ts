import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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

describe('security.md 87: who sends slowly is cut when his time is over, not half a minute later', () => {
  /** Says something, no more, and waits to be cut. */
  const cutAfter = async (patience: { headMs: number; wholeMs: number }, said: string): Promise<string> => {
    const impatient = await startHttpListener({ host: '127.0.0.1', port: 0, patience });
    const slow = connect(impatient.port, '127.0.0.1');
    let answer = '';
    slow.on('data', (chunk: Buffer) => {
      answer += chunk.toString();
    });
    slow.write(said);
    await once(slow, 'close', { signal: AbortSignal.timeout(10_000) });
    await impatient.close(0);
    return answer;
  };

  test('a head that does not end', async () => {
    expect(await cutAfter({ headMs: 300, wholeMs: 60_000 }, 'GET / HTTP/1.1\r\nHost: a\r\n')).toContain(
      ' 408 ',
    );
  });

  test('a body that does not end', async () => {
    const head = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\nx';
    expect(await cutAfter({ headMs: 300, wholeMs: 600 }, head)).toContain(' 408 ');
  });
});
