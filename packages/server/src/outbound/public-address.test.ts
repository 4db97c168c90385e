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
