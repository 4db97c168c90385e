import { isIPv4, isIPv6 } from 'node:net';
import { parseGroups } from '../http/network-prefix.js';

/** An address and how many of its leading bits make the network. */
type Network = readonly [base: bigint, bits: number];

/** What is not a host of the public Internet. @see RFC 6890 and the IANA IPv4 Special-Purpose Address Registry */
const SPECIAL_IPV4: readonly Network[] = [
  '0.0.0.0/8', // this host, this network
  '10.0.0.0/8',
  '100.64.0.0/10', // carrier-grade NAT
  '127.0.0.0/8',
  '169.254.0.0/16', // link-local, with the metadata services of clouds
  '172.16.0.0/12',
  '192.0.0.0/24', // protocol assignments
  '192.0.2.0/24', // documentation
  '192.31.196.0/24', // AS112
  '192.52.193.0/24', // AMT
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16',
  '192.175.48.0/24', // AS112
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, broadcast
].map((text) => networkOf(text, 32));

/** The only block from which unicast addresses are given out. @see RFC 4291 §2.4 · IANA IPv6 address space */
const GLOBAL_UNICAST = networkOf('2000::/3', 128);

/** What of that block is something else. @see IANA IPv6 Special-Purpose Address Registry */
const SPECIAL_IPV6: readonly Network[] = [
  '2001::/23', // protocol assignments: Teredo, ORCHID, benchmarks
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4: has an IPv4 address of anybody's choice inside
  '2620:4f:8000::/48', // AS112
  '3fff::/20', // documentation
].map((text) => networkOf(text, 128));

/** What an IPv6-only network reaches IPv4 hosts by. The address inside decides. @see RFC 6052 §2.1 */
const NAT64 = networkOf('64:ff9b::/96', 128);

/**
 * Whether an address is one that anybody on the Internet may be asked for. Everything private, local, reserved or
 * embedded in another is not; IPv4-mapped addresses never are, because no name resolves to one for a good reason.
 *
 * @param address An IP address in any spelling that `isIP` accepts, without zone and brackets. Anything else: `false`.
 * @see security.md 85, I02
 */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return isPublicIPv4(ipv4Number(address));
  // A zone (`%eth0`) names an interface of this machine.
  if (address.includes('%') || !isIPv6(address)) return false;
  const number = ipv6Number(address);
  if (isWithin(number, NAT64, 128)) return isPublicIPv4(number & 0xffff_ffffn);
  return isWithin(number, GLOBAL_UNICAST, 128) && !SPECIAL_IPV6.some((one) => isWithin(number, one, 128));
}

function isPublicIPv4(number: bigint): boolean {
  return !SPECIAL_IPV4.some((network) => isWithin(number, network, 32));
}

function isWithin(address: bigint, [base, bits]: Network, width: number): boolean {
  const shift = BigInt(width - bits);
  return address >> shift === base >> shift;
}

function networkOf(text: string, width: 32 | 128): Network {
  const [address = '', bits = ''] = text.split('/');
  return [width === 32 ? ipv4Number(address) : ipv6Number(address), Number(bits)];
}

function ipv4Number(address: string): bigint {
  return address.split('.').reduce((number, part) => number * 256n + BigInt(part), 0n);
}

function ipv6Number(address: string): bigint {
  return parseGroups(address).reduce((number, group) => number * 65_536n + BigInt(group), 0n);
}
