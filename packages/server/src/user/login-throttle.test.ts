import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { identifierKey } from './identifier.js';
import {
  buildLoginAttemptBuckets,
  LOGIN_ATTEMPT_WINDOW_MS,
  LOGIN_ATTEMPTS_PER_ACCOUNT,
  LOGIN_ATTEMPTS_PER_ADDRESS,
} from './login-throttle.js';

const attempt = (given: Partial<Parameters<typeof buildLoginAttemptBuckets>[0]> = {}) =>
  buildLoginAttemptBuckets({
    accountKey: 'ann@example.org',
    userId: null,
    address: '203.0.113.7',
    knownBrowser: null,
    ...given,
  });

const keys = (given: Parameters<typeof attempt>[0]) => attempt(given).map((bucket) => bucket.key);

describe('buildLoginAttemptBuckets', () => {
  test('row 52: 10 per account and 100 per address in 15 minutes', () => {
    expect([LOGIN_ATTEMPTS_PER_ACCOUNT, LOGIN_ATTEMPTS_PER_ADDRESS, LOGIN_ATTEMPT_WINDOW_MS]).toEqual([
      10, 100, 900_000,
    ]);
    expect(attempt()).toEqual([
      { key: expect.stringMatching(/^account:[\w-]{43}$/), atMost: 10 },
      { key: 'address:203.0.113.7', atMost: 100 },
    ]);
  });

  test('F09: an IPv6 client counts by its /64, in any spelling, and a mapped IPv4 one as IPv4', () => {
    expect(keys({ address: '2001:db8:0:1::1' })[1]).toBe('address:2001:db8:0:1::/64');
    expect(keys({ address: '2001:DB8:0:1:ffff::2%eth0' })[1]).toBe('address:2001:db8:0:1::/64');
    expect(keys({ address: '::ffff:cb00:7107' })[1]).toBe('address:203.0.113.7');
  });

  test('one account from any address is one counter, and one address for any account', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.ipV6(), fc.emailAddress(), (v4, v6, email) => {
        expect(keys({ address: v4 })[0]).toBe(keys({ address: v6 })[0]);
        expect(keys({ accountKey: identifierKey(email), address: v4 }).at(-1)).toBe(
          keys({ address: v4 }).at(-1),
        );
      }),
    );
  });

  test('two accounts never share a counter of their own', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        expect(keys({ accountKey: one })[0] === keys({ accountKey: other })[0]).toBe(one === other);
      }),
    );
  });

  test('an account that is tried by each of its names is one counter, in a known browser as elsewhere', () => {
    const names = { email: 'ann@example.org', username: 'ann' };
    const shared = (given: Parameters<typeof attempt>[0]) => {
      const byEmail = keys({ ...given, accountKey: names.email });
      return keys({ ...given, accountKey: names.username }).filter((key) => byEmail.includes(key));
    };
    expect(shared({ userId: 'auth0|1' })).toEqual([
      expect.stringMatching(/^user:[\w-]{43}$/),
      'address:203.0.113.7',
    ]);
    expect(shared({ userId: 'auth0|1', knownBrowser: 's1' })).toHaveLength(1);
    expect(attempt({ userId: 'auth0|1' }).map(({ atMost }) => atMost)).toEqual([10, 10, 100]);
  });

  test('the keys hold no identifier and no session id', () => {
    const written = JSON.stringify([attempt(), attempt({ userId: 'auth0|ann', knownBrowser: 'sid-of-ann' })]);
    expect(written).not.toMatch(/ann/);
  });

  test('row 52: a browser with a session of that account shares no counter with any other, not even of its address', () => {
    const known = attempt({ userId: 'ann', knownBrowser: 's1' });
    expect(known).toEqual([{ key: expect.stringMatching(/^known:[\w-]{43}$/), atMost: 10 }]);
    const others = [
      keys({}),
      keys({ userId: 'ann' }),
      keys({ userId: 'ann', knownBrowser: 's2' }),
      keys({ userId: 'bob', knownBrowser: 's1', accountKey: 'bob@example.org' }),
    ];
    expect(others.flat()).not.toContain(known[0]?.key);
  });

  test('what no account can be named, and no address, is limited all the same', () => {
    expect(attempt({ accountKey: null, knownBrowser: 's1' })).toEqual([
      { key: 'address:203.0.113.7', atMost: 100 },
    ]);
    expect(attempt({ accountKey: null, address: 'not an address' })).toEqual([
      { key: 'address:unreadable', atMost: 100 },
    ]);
  });
});
