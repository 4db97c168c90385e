import type { Client } from './client.js';

/** Exact string comparison, nothing cleverer. @see RFC 9700 §2.1 · security.md 1 */
export function isRegisteredRedirectUri(client: Client, redirectUri: string): boolean {
  return client.callbacks.includes(redirectUri) && !hasScriptScheme(redirectUri);
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
