import { findOriginStanding } from '../configuration/client-origins.js';
import type { Configuration } from '../configuration/configuration.js';
import { isFromBrowser } from '../http/fetch-metadata.js';
import type { HttpRequest } from '../http/request.js';

/** The page that asks. */
export interface BrowserPage {
  readonly origin: string;
  /** Whether it may send cookies of its own and be given an attachment: its origin is a registered web origin. */
  readonly holdsCredentials: boolean;
}

/** Whether a browser speaks, and if so whether it may. */
export type BrowserVerdict =
  /** A server, a native application, a command. */
  | { readonly verdict: 'not-a-browser' }
  | ({ readonly verdict: 'allowed' } & BrowserPage)
  | { readonly verdict: 'refused' };

/**
 * Whether a browser may speak to the token endpoint for this client. A browser's request is refused unless its
 * `Origin` is exactly one of the client's and it was made by `fetch` with CORS: a form or a no-cors request from
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
  const standing = findOriginStanding(client, origin);
  return standing === null
    ? { verdict: 'refused' }
    : { verdict: 'allowed', origin, holdsCredentials: standing === 'credentials' };
}
