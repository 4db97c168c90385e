import type { Configuration } from '../configuration/configuration.js';
import { isFromBrowser } from '../http/fetch-metadata.js';
import type { HttpRequest } from '../http/request.js';

/** Whether a browser speaks, and if so whether it may. */
export type BrowserVerdict =
  /** A server, a native application, a command. */
  | { readonly verdict: 'not-a-browser' }
  | { readonly verdict: 'allowed'; readonly origin: string }
  | { readonly verdict: 'refused' };

/**
 * Whether a browser may speak to the token endpoint for this client. A browser's request is refused unless its
 * `Origin` is exactly a registered web origin and it was made by `fetch` with CORS: a form or a no-cors request from
 * elsewhere would otherwise make the browser store an attachment of a foreign session.
 *
 * Decided before code, token or secret is looked at.
 *
 * @see design.md 4, planting is refused · security.md 24
 */
export function decideBrowserRule(
  request: HttpRequest,
  clientId: string | null,
  configuration: Configuration,
): BrowserVerdict {
  if (!isFromBrowser(request)) return { verdict: 'not-a-browser' };
  const origin = request.header('origin');
  const mode = request.header('sec-fetch-mode');
  const client = clientId === null ? undefined : configuration.clients.get(clientId);
  if (origin === undefined || origin === 'null' || client === undefined) return { verdict: 'refused' };
  if (mode !== undefined && mode !== 'cors') return { verdict: 'refused' };
  return client.webOrigins.includes(origin) ? { verdict: 'allowed', origin } : { verdict: 'refused' };
}
