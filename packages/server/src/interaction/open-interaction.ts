import type { AuthenticationRequest } from '../authorization/authentication-request.js';
import { parse } from '../authorization/authorization-endpoint.js';
import { parseKept } from '../authorization/known-parameters.js';
import { respondFinished } from '../authorization/respond-finished.js';
import { type BrowserBinding, findBinding, isBoundTo } from '../browser/browser-binding.js';
import type { Interaction, InteractionStore } from '../browser/interaction-store.js';
import { unsealParameters } from '../browser/kept-parameters.js';
import type { HttpRequest, HttpResponse } from '../http/request.js';
import type { Problem } from '../pages/error-page.js';
import { type PageContext, problemResponse } from '../pages/page-response.js';
import type { Ports } from '../ports.js';
import { findInteractiveSession } from '../session/browser-session.js';
import type { SessionStore } from '../session/session-store.js';

/** What opening an interaction may touch. */
export type OpenInteractionPorts = Pick<
  Ports<InteractionStore & SessionStore>,
  'issuer' | 'store' | 'secrets' | 'keys' | 'configuration' | 'subjects' | 'now'
> &
  PageContext;

/** An interaction that its own browser may go on with, and its request as it is valid now. */
export interface OpenInteraction {
  readonly interaction: Interaction;
  readonly request: AuthenticationRequest;
  readonly binding: BrowserBinding;
}

/**
 * The interaction that a page belongs to, for the browser that began it, its request validated anew: what was
 * registered when it began may not be registered any more.
 *
 * @returns the answer to give instead, where there is no such interaction for this browser now.
 * @see security.md 49
 */
export async function openInteraction(
  http: HttpRequest,
  id: string | undefined,
  ports: OpenInteractionPorts,
): Promise<{ ok: true; open: OpenInteraction } | { ok: false; response: HttpResponse }> {
  const refuse = (problem: Problem) => ({
    ok: false as const,
    response: problemResponse(400, problem, http, ports),
  });
  const interaction = id === undefined ? null : await ports.store.findInteraction(id);
  if (interaction === null || ports.now() >= interaction.expiresAt) return refuse('interaction-expired');

  const binding = findBinding(http, ports.secrets);
  if (binding === null) return refuse('cookies-off');
  if (!isBoundTo(interaction, binding, ports.now())) return refuse('interaction-elsewhere');

  const kept = unsealParameters(interaction.request, ports.secrets);
  const { parameters, pushed } = parseKept(kept ?? []);
  const parsed = kept && parse(parameters, ports, pushed);
  if (parsed?.outcome !== 'valid') return refuse('interaction-expired');
  const { request } = parsed;
  if (interaction.finishedAt !== null) {
    const browserSession = await findInteractiveSession(http, ports);
    const response = respondFinished(
      { http, request, browserSession, progress: interaction.progress },
      ports,
    );
    return { ok: false, response };
  }
  return { ok: true, open: { interaction, request, binding } };
}
