import { isIPv4, isIPv6 } from 'node:net';

/** First six groups of addresses that hold an IPv4 address in their last two. */
const IPV4_INSIDE = [
  '0:0:0:0:0:ffff', // IPv4-mapped, RFC 4291 §2.5.5.2: what a dual-stack socket reports
  '64:ff9b:0:0:0:0', // RFC 6052 §2.1: what an IPv6-only network behind a translator sees of IPv4 clients
];

/**
 * The network that an address counts as when attempts are limited: one IPv4 address, or one IPv6 /64, which is what a
 * single household or server is given. All spellings of an address give the same text.
 *
 * It does not read headers, ports or host names, and trusts that the address is the client's.
 *
 * @param address As `socket.remoteAddress` or a trusted proxy reports it. A zone (`%eth0`) is ignored.
 * @returns `203.0.113.7`, also for `::ffff:203.0.113.7` and `::ffff:cb00:7107`; `2001:db8:0:1::/64`; `null` where it is
 * not an IP address.
 * @see security.md row 52, F09
 */
export function parseNetworkPrefix(address: string): string | null {
  if (isIPv4(address)) return address;
  const zone = address.indexOf('%');
  const withoutZone = zone === -1 ? address : address.slice(0, zone);
  if (!isIPv6(withoutZone)) return null;
  const groups = parseGroups(withoutZone);
  if (IPV4_INSIDE.includes(buildGroups(groups.slice(0, 6)))) {
    return groups
      .slice(6)
      .flatMap((group) => [group >> 8, group & 0xff])
      .join('.');
  }
  return `${buildGroups(groups.slice(0, 4))}::/64`;
}

function buildGroups(groups: readonly number[]): string {
  return groups.map((group) => group.toString(16)).join(':');
}

/** The eight groups of an address that `isIPv6` has accepted. */
export function parseGroups(address: string): number[] {
  const [head = '', tail] = address.split('::');
  const left = parseSide(head);
  if (tail === undefined) return left;
  const right = parseSide(tail);
  return [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right];
}

function parseSide(side: string): number[] {
  if (side === '') return [];
  return side.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}
