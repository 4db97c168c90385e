import { isIP } from 'node:net';
import { isPublicAddress } from './public-address.js';

/** What the server calls somebody else's address for. */
export type OutboundPurpose = 'jwks' | 'sector' | 'backchannel' | 'logo' | 'request_uri';

/** A host and port that may be called for one purpose although the guard would refuse them, plain http included. */
export interface OutboundAllowance {
  /** An `OutboundPurpose`; entries of others wait for what they are for. */
  readonly purpose: string;
  /** A name, an IPv4 address, or an IPv6 address in brackets. */
  readonly host: string;
  readonly port: number;
}

/** A URL that may be called, as far as can be told before its name is resolved. */
export interface Target {
  readonly url: URL;
  /** Without brackets and trailing dot: what is resolved and what the certificate must name. */
  readonly hostname: string;
  readonly port: number;
  /** Listed by the operator: its addresses are not checked. */
  readonly isAllowed: boolean;
}

const LONGEST_URL = 2_048;

/** Names that only mean something on this machine or in its network. @see RFC 6761 §6.3 · RFC 6762 §3 · RFC 8375 */
const LOCAL_NAMES = /(?:^|\.)(?:localhost|local|internal|intranet|lan|corp|home|home\.arpa|localdomain)$/;

/**
 * Which URL the guard may call. The WHATWG parser has turned every spelling of an IPv4 address (decimal, octal, hex,
 * short, full-width, with a dot behind) into four decimal numbers before this looks at it.
 *
 * @returns `null` for everything that is refused without a look at the network.
 * @see security.md 85 · I02
 */
export function parseTarget(
  text: string,
  purpose: OutboundPurpose,
  allow: readonly OutboundAllowance[],
): Target | null {
  if (text.length > LONGEST_URL || !URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return null;
  // Credentials in a URL would be sent; they are not ours to send.
  if (url.username !== '' || url.password !== '') return null;
  const hostname = bareHostname(url.hostname);
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  const isAllowed = allow.some(
    (entry) => entry.purpose === purpose && entry.port === port && canonicalHostname(entry.host) === hostname,
  );
  if (isAllowed) return { url, hostname, port, isAllowed };
  if (url.protocol !== 'https:' || isLocal(hostname)) return null;
  return { url, hostname, port, isAllowed };
}

function isLocal(hostname: string): boolean {
  if (isIP(hostname) !== 0) return !isPublicAddress(hostname);
  // A name without a dot is looked for in the search domains of this machine.
  return !hostname.includes('.') || LOCAL_NAMES.test(hostname);
}

function canonicalHostname(host: string): string {
  return URL.canParse(`https://${host}/`) ? bareHostname(new URL(`https://${host}/`).hostname) : host;
}

function bareHostname(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}
