import { describe, expect, test } from 'vitest';
import { buildConfiguration } from '../configuration/build-configuration.js';
import type { ConfigurationDocument } from '../configuration/configuration.js';
import { buildRefreshPolicy, computeRequester } from './refresh-policy.js';

const DAY = 86_400_000;

function policyOf(client: object, ...more: readonly ConfigurationDocument[]) {
  const documents = [{ kind: 'client', id: 'c', document: client } as ConfigurationDocument, ...more];
  const configuration = buildConfiguration(documents, (_purpose, sealed) => sealed);
  const built = configuration.clients.get('c');
  if (built === undefined) throw new Error('no client');
  return buildRefreshPolicy(built, configuration);
}

const api = (id: string, document: object): ConfigurationDocument =>
  ({ kind: 'resource-server', id, document: { identifier: id, ...document } }) as ConfigurationDocument;
const tenant = (sojourn: object): ConfigurationDocument =>
  ({ kind: 'tenant', id: 'tenant', document: { sojourn } }) as ConfigurationDocument;

describe('what client and tenant say of refresh tokens', () => {
  test('nothing said: Auth0’s lifetimes, and an overlap', () => {
    expect(policyOf({ app_type: 'spa' })).toEqual({
      rotates: true,
      overlapMs: 30_000,
      absoluteLimitMs: 30 * DAY,
      idleLimitMs: 15 * DAY,
      outlives: 'expiry',
      overlapElsewhereIsReplay: false,
      replayEndsSession: false,
      clientNotBefore: 0,
      audiences: [''],
      sessionLimits: { idleMs: 3 * DAY, absoluteMs: 30 * DAY },
    });
  });

  test.each([
    [{ leeway: 0, token_lifetime: 7, idle_token_lifetime: 5 }, [0, 7_000, 5_000]],
    [{ leeway: 60, infinite_token_lifetime: true }, [60_000, null, 15 * DAY]],
    [{ infinite_idle_token_lifetime: true }, [30_000, 30 * DAY, null]],
    [{ expiration_type: 'non-expiring', token_lifetime: 7 }, [30_000, null, null]],
  ])('%o', (refresh_token, expected) => {
    const { overlapMs, absoluteLimitMs, idleLimitMs } = policyOf({ refresh_token });
    expect([overlapMs, absoluteLimitMs, idleLimitMs]).toEqual(expected);
  });

  test('RFC 9700 §2.2.2: only a confidential client may have tokens that do not rotate', () => {
    const refresh_token = { rotation_type: 'non-rotating' };
    expect(policyOf({ app_type: 'regular_web', refresh_token }).rotates).toBe(false);
    expect(policyOf({ app_type: 'spa', refresh_token }).rotates).toBe(true);
    expect(policyOf({ token_endpoint_auth_method: 'none', refresh_token }).rotates).toBe(true);
  });

  test('what a family outlives, and the tenant’s two switches', () => {
    const sojourn = { overlap_elsewhere_is_replay: true, refresh_token_replay_ends_session: true };
    const policy = policyOf({ refresh_token: { sojourn: { outlives: 'end' } } }, tenant(sojourn));
    expect(policy).toMatchObject({
      outlives: 'end',
      overlapElsewhereIsReplay: true,
      replayEndsSession: true,
    });
  });

  test('audiences are the APIs that allow offline access, and no API', () => {
    const offline = api('https://offline.test/', { allow_offline_access: true });
    const policy = policyOf(
      {},
      offline,
      api('https://online.test/', { allow_offline_access: false }),
      api('https://silent.test/', {}),
    );
    expect(policy.audiences).toEqual(['', 'https://offline.test/']);
  });
});

describe('who asks', () => {
  const requester = (peerAddress: string, agent?: string) =>
    computeRequester({ peerAddress, header: (name) => (name === 'user-agent' ? agent : undefined) });

  test('is the same from the same agent and network, and 32 bits with a sign, as an INTEGER column has them', () => {
    const first = requester('2001:db8:0:1::1', 'Firefox');
    expect(requester('2001:db8:0:1:ffff::2', 'Firefox')).toBe(first);
    expect(requester('::ffff:203.0.113.7')).toBe(requester('203.0.113.7'));
    for (const number of [first, requester('')]) {
      expect(number | 0).toBe(number);
    }
  });

  test('is another from another agent or another network', () => {
    const all = [
      requester('203.0.113.7', 'Firefox'),
      requester('203.0.113.8', 'Firefox'),
      requester('203.0.113.7', 'Safari'),
      requester('203.0.113.7'),
      requester('2001:db8:0:2::1', 'Firefox'),
    ];
    expect(new Set(all).size).toBe(all.length);
  });
});
