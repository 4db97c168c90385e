import { BlockList, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseNetworkPrefix } from './network-prefix.js';

/** Spellings of an IPv6 address: upper case, leading zeros, `::` for one run of zeros, a zone. */
function spellings(groups: readonly number[]): string[] {
  const hex = groups.map((group) => group.toString(16));
  const padded = hex.map((group) => group.padStart(4, '0'));
  const all = [hex.join(':'), padded.join(':'), hex.join(':').toUpperCase(), `${hex.join(':')}%eth0`];
  const url = new URL(`http://[${hex.join(':')}]/`).hostname.slice(1, -1);
  const [a = 0, b = 0] = groups.slice(6);
  const dotted = [a >> 8, a & 255, b >> 8, b & 255].join('.');
  return [...all, url, `${hex.slice(0, 6).join(':')}:${dotted}`];
}

const group = fc.oneof(fc.constant(0), fc.constant(1), fc.integer({ min: 0, max: 0xffff }));
const groups = fc.array(group, { minLength: 8, maxLength: 8 });

describe('parseNetworkPrefix', () => {
  test.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:cb00:7107', '203.0.113.7'],
    ['0:0:0:0:0:ffff:203.0.113.7', '203.0.113.7'],
    ['0000:0000:0000:0000:0000:ffff:cb00:7107', '203.0.113.7'],
    ['::ffff:203.0.113.7%eth0', '203.0.113.7'],
    ['64:ff9b::203.0.113.7', '203.0.113.7'],
    ['2001:db8:0:1:a:b:c:d', '2001:db8:0:1::/64'],
    ['2001:DB8:0000:0001::', '2001:db8:0:1::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['fe80::1%25eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['1:2:3:4:5:6:7::', '1:2:3:4::/64'],
  ])('F09: %s counts as %s', (address, prefix) => {
    expect(parseNetworkPrefix(address)).toBe(prefix);
  });

  test.each([
    '',
    ' ',
    'unknown',
    'example.org',
    '203.0.113',
    '203.0.113.07',
    '203.0.113.7:80',
    '[::1]',
    '::ffff:1.2.3',
    ':::',
    '1::2::3',
    '%eth0',
    '203.0.113.7%eth0',
  ])('%j is no address', (text) => {
    expect(parseNetworkPrefix(text)).toBeNull();
  });

  test('F09: any two addresses of one /64, in any spelling, are one network', () => {
    fc.assert(
      fc.property(groups, groups, (one, other) => {
        fc.pre(one.slice(0, 4).some((value) => value !== 0) && one[0] !== 0x64);
        const neighbour = [...one.slice(0, 4), ...other.slice(4)];
        const networks = [...spellings(one), ...spellings(neighbour)].map(parseNetworkPrefix);
        expect(new Set(networks).size).toBe(1);
      }),
    );
  });

  test('any address lies in its network, and two networks never have an address in common', () => {
    fc.assert(
      fc.property(groups, groups, (one, other) => {
        fc.pre([one, other].every((g) => g[0] !== 0 && g[0] !== 0x64));
        const [address, stranger] = [one, other].map((g) => g.map((v) => v.toString(16)).join(':')) as [
          string,
          string,
        ];
        const network = parseNetworkPrefix(address) ?? '';
        const block = new BlockList();
        block.addSubnet(network.replace('/64', ''), 64, 'ipv6');
        expect(block.check(address, 'ipv6')).toBe(true);
        expect(block.check(stranger, 'ipv6')).toBe(parseNetworkPrefix(stranger) === network);
      }),
    );
  });

  test('F09: any IPv4 address and every mapped spelling of it are one network', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const octets = address.split('.').map(Number) as [number, number, number, number];
        const mapped = [0, 0, 0, 0, 0, 0xffff, octets[0] * 256 + octets[1], octets[2] * 256 + octets[3]];
        for (const spelling of spellings(mapped)) expect(parseNetworkPrefix(spelling)).toBe(address);
      }),
    );
  });

  test('any text is an answer: it never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.ipV6(), fc.string({ unit: fc.constantFrom(...'0f:.%1') })),
        (text) => {
          const prefix = parseNetworkPrefix(text);
          if (isIPv6(text)) expect(prefix).not.toBeNull();
        },
      ),
      { numRuns: 1000 },
    );
  });
});
