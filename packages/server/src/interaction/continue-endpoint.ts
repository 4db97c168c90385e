import { type ProceedPorts, pageOf, proceed } from '../authorization/proceed.js';
import { parseForm } from '../http/parameters.js';
import type { Handler } from '../http/request.js';
import type { Ports } from '../ports.js';
import { findInteractiveSession } from '../session/browser-session.js';
import { withSuccessor } from '../session/renewed-cookies.js';
import type { SessionStore } from '../session/session-store.js';
import { type OpenInteractionPorts, openInteraction } from './open-interaction.js';

/** What the continue endpoint may touch. */
export type ContinueEndpointPorts = Pick<Ports<SessionStore>, 'store' | 'secrets' | 'now'> &
  OpenInteractionPorts &
  ProceedPorts;

/**
 * Where every page comes back to: the stored request is decided again with what is true now. No page knows the next.
 *
 * @see design.md 6
 */
export function continueEndpoint(ports: ContinueEndpointPorts): Handler {
  return async (http) => {
    const id = parseForm(http.rawQuery)?.get('state');
    const opened = await openInteraction(http, id, ports);
    if (!opened.ok) return opened.response;
    const { interaction, request } = opened.open;
    const browserSession = await findInteractiveSession(http, ports);
    const response = await proceed(
      { http, request, browserSession, cookiesBlocked: false, interaction },
      ports,
      async ({ step }) => pageOf(step, interaction.id, request.startsWithSignUp),
    );
    return withSuccessor(response, http, browserSession, ports.secrets);
  };
}
