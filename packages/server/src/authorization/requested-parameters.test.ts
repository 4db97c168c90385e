import { hash } from 'node:crypto';
import { expect, test } from 'vitest';
import { buildConfiguration } from '../configuration/build-configuration.js';
import { Parameters } from '../http/parameters.js';
import type { OutboundCall, OutboundOutcome } from '../outbound/guarded-call.js';
import { requestedParameters } from './requested-parameters.js';

const OBJECT = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"state":"inside"}').toString('base64url')}.`;

/** Twenty addresses, and a network in which nothing arrives until it is released. */
function rig() {
  const clients = ['one', 'two'].map((id) => ({
    kind: 'client' as const,
    id,
    document: {
      client_id: id,
      client_secret: 's',
      callbacks: ['https://a.test/'],
      sojourn: { request_uris: Array.from({ length: 10 }, (_, index) => `https://a.test/${index}/${id}`) },
    },
  }));
  const calls: OutboundCall[] = [];
  const waiting: ((outcome: OutboundOutcome) => void)[] = [];
  const configuration = buildConfiguration(clients, (_purpose, sealed) => sealed);
  const find = requestedParameters({
    configuration: () => configuration,
    // None of these requests was pushed.
    store: { openPushedRequest: async () => null },
    issuer: 'https://op.test/',
    now: () => 0,
    remoteKeys: { find: async () => null },
    outbound: {
      mayCall: () => true,
      call: (call) => {
        calls.push(call);
        return new Promise((resolve) => waiting.push(resolve));
      },
      fetchJson: async () => undefined,
    },
  });
  const ask = (client_id: string, index: number, fragment = '') =>
    find(
      new Parameters([
        ['client_id', client_id],
        ['request_uri', `https://a.test/${index}/${client_id}${fragment}`],
      ]),
    );
  const answer = (body: string) => {
    for (const resolve of waiting.splice(0))
      resolve({ outcome: 'answered', contentType: '', body: Buffer.from(body) });
  };
  return { calls, ask, answer };
}

test('many at once for the same address are one call, and a later one is another', async () => {
  const { calls, ask, answer } = rig();
  const digest = `#${hash('sha256', OBJECT, 'base64url')}`;
  const asked = [ask('one', 0), ask('one', 0), ask('one', 0, digest), ask('one', 0, `#${'x'.repeat(43)}`)];
  expect(calls).toEqual([{ purpose: 'request_uri', url: 'https://a.test/0/one' }]);
  answer(OBJECT);
  const outcomes = (await Promise.all(asked)).map(({ outcome }) => outcome);
  expect(outcomes).toEqual(['whole', 'whole', 'whole', 'refused']);
  const later = ask('one', 0);
  answer(`${OBJECT}\n`);
  expect(await later).toMatchObject({ outcome: 'whole' });
  expect(calls).toHaveLength(2);
});

test('no more than sixteen addresses at once: slow ones leave the rest of the guard’s calls to others', async () => {
  const { calls, ask, answer } = rig();
  const asked = Array.from({ length: 20 }, (_, index) => ask(index < 10 ? 'one' : 'two', index % 10));
  expect(calls).toHaveLength(16);
  expect(await asked[16]).toMatchObject({ outcome: 'refused', refusal: { error: 'invalid_request_uri' } });
  answer(OBJECT);
  expect((await Promise.all(asked)).filter(({ outcome }) => outcome === 'whole')).toHaveLength(16);
  const after = ask('two', 9);
  answer(OBJECT);
  expect(await after).toMatchObject({ outcome: 'whole' });
});
