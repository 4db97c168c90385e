import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPublicAddress } from './public-address.js';
import { parseTarget } from './target.js';

const PRIVATE_IPV4: readonly (readonly [base: string, bits: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

const anyPrivateIPv4 = fc
  .tuple(fc.constantFrom(...PRIVATE_IPV4), fc.nat({ max: 0xffff_ffff }))
  .map(([[base, bits], random]) => {
    const [a = 0, b = 0, c = 0, d = 0] = base.split('.').map(Number);
    const start = ((a * 256 + b) * 256 + c) * 256 + d;
    return start + (random % 2 ** (32 - bits));
  });

const partsOf = (address: number) => [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256);
const dotted = (address: number) => partsOf(address).join('.');
const groupsOf = (address: number) =>
  `${Math.floor(address / 65_536).toString(16)}:${(address % 65_536).toString(16)}`;

/** Every way in which a URL may write an IPv4 address. */
const SPELLINGS: Readonly<Record<string, (address: number) => string>> = {
  dotted,
  'dotted with a dot behind': (address) => `${dotted(address)}.`,
  decimal: (address) => String(address),
  'hex whole': (address) => `0x${address.toString(16)}`,
  'octal whole': (address) => `0${address.toString(8)}`,
  'hex parts': (address) =>
    partsOf(address)
      .map((part) => `0x${part.toString(16)}`)
      .join('.'),
  'octal parts': (address) =>
    partsOf(address)
      .map((part) => `0${part.toString(8)}`)
      .join('.'),
  'three parts': (address) => {
    const [a = 0, b = 0, c = 0, d = 0] = partsOf(address);
    return `${a}.${b}.${c * 256 + d}`;
  },
  'two parts': (address) => {
    const [a = 0, b = 0, c = 0, d = 0] = partsOf(address);
    return `${a}.${(b * 256 + c) * 256 + d}`;
  },
  'full-width digits': (address) =>
    dotted(address).replace(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit))),
  'percent-encoded': (address) =>
    dotted(address).replace(/\d/g, (digit) => `%${digit.charCodeAt(0).toString(16)}`),
  'IPv4-mapped': (address) => `[::ffff:${dotted(address)}]`,
  'IPv4-mapped in groups': (address) => `[0:0:0:0:0:FFFF:${groupsOf(address)}]`,
  'IPv4-compatible': (address) => `[::${groupsOf(address)}]`,
  NAT64: (address) => `[64:ff9b::${groupsOf(address)}]`,
  'local NAT64': (address) => `[64:ff9b:1::${groupsOf(address)}]`,
  '6to4': (address) => `[2002:${groupsOf(address)}::1]`,
  Teredo: (address) => `[2001:0:${groupsOf(address)}::1]`,
};

describe('security.md 85, I02: private and special ranges are refused in every spelling', () => {
  test.each(Object.keys(SPELLINGS))('%s', (name) => {
    const spell = SPELLINGS[name] as (address: number) => string;
    fc.assert(
      fc.property(anyPrivateIPv4, (address) => {
        expect(parseTarget(`https://${spell(address)}/keys`, 'jwks', [])).toBeNull();
      }),
    );
  });

  test.each([
    '127.0.0.1',
    '0.0.0.0',
    '169.254.169.254',
    '100.100.100.200',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1',
    'fc00::1',
    'fdff::1',
    'fec0::1',
    'ff02::1',
    '100::1',
    '2001:db8::1',
    '3fff::1',
    '5f00::1',
    'fe80::1%eth0',
    'localhost',
    '',
  ])('%s is not public', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  test.each(['1.1.1.1', '172.15.255.255', '172.32.0.0', '100.63.0.1', '100.128.0.1', '2606:4700::1111'])(
    '%s is public',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  /** IANA's special-purpose registries, whole: each block with an address just before it and just behind, where public. */
  const SPECIAL: readonly (readonly [block: string, first: string, last: string, ...outside: string[]])[] = [
    ['0.0.0.0/8', '0.0.0.0', '0.255.255.255', '1.0.0.0'],
    ['10.0.0.0/8', '10.0.0.0', '10.255.255.255', '9.255.255.255', '11.0.0.0'],
    ['100.64.0.0/10', '100.64.0.0', '100.127.255.255', '100.63.255.255', '100.128.0.0'],
    ['127.0.0.0/8', '127.0.0.0', '127.255.255.255', '126.255.255.255', '128.0.0.0'],
    ['169.254.0.0/16', '169.254.0.0', '169.254.255.255', '169.253.255.255', '169.255.0.0'],
    ['172.16.0.0/12', '172.16.0.0', '172.31.255.255', '172.15.255.255', '172.32.0.0'],
    ['192.0.0.0/24', '192.0.0.0', '192.0.0.255', '191.255.255.255', '192.0.1.0'],
    ['192.0.2.0/24', '192.0.2.0', '192.0.2.255', '192.0.1.255', '192.0.3.0'],
    ['192.31.196.0/24', '192.31.196.0', '192.31.196.255', '192.31.195.255', '192.31.197.0'],
    ['192.52.193.0/24', '192.52.193.0', '192.52.193.255', '192.52.192.255', '192.52.194.0'],
    ['192.88.99.0/24', '192.88.99.0', '192.88.99.255', '192.88.98.255', '192.88.100.0'],
    ['192.168.0.0/16', '192.168.0.0', '192.168.255.255', '192.167.255.255', '192.169.0.0'],
    ['192.175.48.0/24', '192.175.48.0', '192.175.48.255', '192.175.47.255', '192.175.49.0'],
    ['198.18.0.0/15', '198.18.0.0', '198.19.255.255', '198.17.255.255', '198.20.0.0'],
    ['198.51.100.0/24', '198.51.100.0', '198.51.100.255', '198.51.99.255', '198.51.101.0'],
    ['203.0.113.0/24', '203.0.113.0', '203.0.113.255', '203.0.112.255', '203.0.114.0'],
    ['224.0.0.0/4', '224.0.0.0', '239.255.255.255', '223.255.255.255'],
    ['240.0.0.0/4', '240.0.0.0', '255.255.255.255'],
    ['::/96', '::', '::ffff:ffff'],
    ['::ffff:0:0/96', '::ffff:0.0.0.0', '::ffff:255.255.255.255'],
    ['64:ff9b:1::/48', '64:ff9b:1::', '64:ff9b:1:ffff:ffff:ffff:ffff:ffff'],
    ['100::/64', '100::', '100::ffff:ffff:ffff:ffff'],
    ['100:0:0:1::/64', '100:0:0:1::', '100::1:ffff:ffff:ffff:ffff'],
    ['2001::/23', '2001::', '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff', '2001:200::'],
    [
      '2001:db8::/32',
      '2001:db8::',
      '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff',
      '2001:db7:ffff::',
      '2001:db9::',
    ],
    ['2002::/16', '2002::', '2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '2001:ffff::', '2003::'],
    [
      '2620:4f:8000::/48',
      '2620:4f:8000::',
      '2620:4f:8000:ffff:ffff:ffff:ffff:ffff',
      '2620:4f:7fff::',
      '2620:4f:8001::',
    ],
    ['3fff::/20', '3fff::', '3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff', '3ffe:ffff::', '3fff:1000::'],
    ['5f00::/16', '5f00::', '5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['fc00::/7', 'fc00::', 'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['fe80::/10', 'fe80::', 'febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['fec0::/10', 'fec0::', 'feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['ff00::/8', 'ff00::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ];
  test.each(SPECIAL)(
    '%s from its first address to its last, and nothing beside it',
    (_block, first, last, ...outside) => {
      expect([isPublicAddress(first), isPublicAddress(last)]).toEqual([false, false]);
      expect(outside.map(isPublicAddress)).toEqual(outside.map(() => true));
    },
  );

  test('an IPv6-only network reaches public IPv4 hosts', () => {
    expect(isPublicAddress('64:ff9b::101:101')).toBe(true);
  });

  test('whatever the text, an answer comes', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(isPublicAddress(text)).toBeTypeOf('boolean');
        parseTarget(text, 'jwks', []);
        parseTarget(`https://${text}/`, 'jwks', []);
      }),
    );
  });
});

describe('which URLs may be called', () => {
  test.each([
    'http://keys.example.com/',
    'ftp://keys.example.com/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'https://user@keys.example.com/',
    'https://user:password@keys.example.com/',
    'https://localhost/',
    'https://LOCALHOST./',
    'https://x.localhost/',
    'https://printer.local/',
    'https://db.internal/',
    'https://metadata.google.internal./',
    'https://router.home.arpa/',
    'https://intranet/',
    'https://keys.example.com:99999/',
    `https://keys.example.com/${'x'.repeat(2_048)}`,
  ])('%s is refused', (url) => {
    expect(parseTarget(url, 'jwks', [])).toBeNull();
  });

  test('an https address of a public name is not', () => {
    expect(parseTarget('https://keys.example.com/a?b=c', 'jwks', [])).toMatchObject({
      hostname: 'keys.example.com',
      port: 443,
      isAllowed: false,
    });
  });

  test('OUTBOUND_ALLOW exempts a host and port for its purpose, plain http included, and nothing else', () => {
    const allow = [
      { purpose: 'jwks', host: 'Keys.internal', port: 8080 },
      { purpose: 'jwks', host: '[fd00:0::1]', port: 443 },
      { purpose: 'rules', host: '10.0.0.1', port: 443 },
    ];
    expect(parseTarget('http://keys.internal.:8080/', 'jwks', allow)?.isAllowed).toBe(true);
    expect(parseTarget('https://keys.internal:8080/', 'jwks', allow)?.isAllowed).toBe(true);
    expect(parseTarget('https://[fd00::0:1]/', 'jwks', allow)?.isAllowed).toBe(true);
    expect(parseTarget('http://keys.internal:8080/', 'sector', allow)).toBeNull();
    expect(parseTarget('http://keys.internal:8081/', 'jwks', allow)).toBeNull();
    expect(parseTarget('http://x.keys.internal:8080/', 'jwks', allow)).toBeNull();
    expect(parseTarget('http://user@keys.internal:8080/', 'jwks', allow)).toBeNull();
    expect(parseTarget('https://10.0.0.1/', 'jwks', allow)).toBeNull();
  });
});
