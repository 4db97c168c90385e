import { hash } from 'node:crypto';
import { expect, test } from 'vitest';
import { buildConfiguration } from '../configuration/build-configuration.js';
import { Parameters } from '../http/parameters.js';
import { OutboundBusy, type OutboundCall, type OutboundOutcome } from '../outbound/guarded-call.js';
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
  const refusing: ((error: Error) => void)[] = [];
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
        return new Promise((resolve, reject) => {
          waiting.push(resolve);
          refusing.push(reject);
        });
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
  const refuse = (error: Error) => {
    for (const reject of refusing.splice(0)) reject(error);
  };
  return { calls, ask, answer, refuse };
}

test('many at once for the same address are one call, and a later one is another', async () => {
  const { calls, ask, answer } = rig();
  const digest = `#${hash('sha256', OBJECT, 'base64url')}`;
  const asked = [ask('one', 0), ask('one', 0), ask('one', 0, digest), ask('one', 0, `#${'x'.repeat(43)}`)];
  const party = { id: 'one', isStranger: false };
  expect(calls).toEqual([{ purpose: 'request_uri', url: 'https://a.test/0/one', party }]);
  answer(OBJECT);
  const outcomes = (await Promise.all(asked)).map(({ outcome }) => outcome);
  expect(outcomes).toEqual(['whole', 'whole', 'whole', 'refused']);
  const later = ask('one', 0);
  answer(`${OBJECT}\n`);
  expect(await later).toMatchObject({ outcome: 'whole' });
  expect(calls).toHaveLength(2);
});

test('where this server has no place for the call, nobody is told that nothing is there', async () => {
  const { ask, refuse } = rig();
  const asked = ask('one', 0);
  refuse(new OutboundBusy('too-many-calls'));
  await expect(asked).rejects.toThrow(OutboundBusy);
});
