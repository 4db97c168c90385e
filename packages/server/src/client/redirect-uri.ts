import type { Client } from './client.js';

/**
 * Exact string comparison; only the port of a loopback address may differ, for native clients, which take a free one.
 *
 * @see RFC 9700 §2.1 · RFC 8252 §7.3 · security.md 1
 */
export function isRegisteredRedirectUri(client: Client, redirectUri: string): boolean {
  if (hasScriptScheme(redirectUri)) return false;
  if (client.callbacks.includes(redirectUri)) return true;
  if (client.appType !== 'native') return false;
  const asked = withoutLoopbackPort(redirectUri);
  return asked !== null && client.callbacks.some((registered) => withoutLoopbackPort(registered) === asked);
}

/** `http://127.0.0.1:PORT/path` without its port; `null` for every other URL, `localhost` included. */
function withoutLoopbackPort(url: string): string | null {
  const match = /^(http:\/\/(?:127\.0\.0\.1|\[::1\]))(?::([0-9]{1,5}))?(\/[\x21-\x7e]*)?$/.exec(url);
  if (match === null || Number(match[2] ?? 80) > 65_535) return null;
  return `${match[1]}${match[3] ?? ''}`;
}

/** Schemes that run what follows. Refused at registration, and here again. @see security.md 10 */
export function hasScriptScheme(url: string): boolean {
  return /^\s*(?:javascript|data|vbscript|blob|file):/i.test(url);
}

/**
 * Whether a redirect URI leaves open who receives it: loopback addresses and custom schemes belong to whatever
 * program took them. Plain `localhost` names in development count as the first-party client's own.
 *
 * @see RFC 8252 §8.6 · design.md 13, consent for unproven clients
 */
export function isUnproven(client: Client, redirectUri: string): boolean {
  if (client.tokenEndpointAuthMethod !== 'none') return false;
  const url = new URL(redirectUri);
  if (url.protocol === 'https:') return false;
  if (url.protocol !== 'http:') return true;
  const isLocalhostName = url.hostname === 'localhost' || url.hostname.endsWith('.localhost');
  return !(isLocalhostName && client.isFirstParty);
}
