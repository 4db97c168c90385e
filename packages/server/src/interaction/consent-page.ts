import { isOidcScope } from '@sojourn/protocol';
import type { ConsentStore } from '../authorization/consent-store.js';
import { decideConsentScope } from '../authorization/scope.js';
import type { InteractionStore } from '../browser/interaction-store.js';
import type { EventStore } from '../events/event-store.js';
import { buildEvent } from '../events/events.js';
import type { Parameters } from '../http/parameters.js';
import type { HttpResponse } from '../http/request.js';
import type { MessageUnder } from '../pages/catalogue.js';
import { type PageContext, pageResponse } from '../pages/page-response.js';
import type { Ports } from '../ports.js';
import type { UserStore } from '../user/user-store.js';
import { type InteractionPage, toContinue, type Visit } from './interaction-page.js';

/** What the consent page may touch. */
export type ConsentPagePorts = Pick<
  Ports<ConsentStore & EventStore & InteractionStore & UserStore>,
  'store' | 'now'
> &
  PageContext;

/** The End-User agrees, or does not, to what the client asks for. @see OIDC Core §3.1.2.4 */
export function consentPage(ports: ConsentPagePorts): InteractionPage {
  return {
    step: 'consent',
    path: '/u/consent',
    show: (visit) => show(visit, ports),
    submit: (visit, form) => submit(visit, form, ports),
  };
}

async function show(
  visit: Visit,
  ports: Pick<Ports<UserStore>, 'store'> & PageContext,
): Promise<HttpResponse> {
  const { form, client, http, request, browserSession } = visit;
  const user = browserSession && (await ports.store.findUser(browserSession.session.userId));
  const { hostname, protocol } = new URL(request.target.redirectUri);
  return pageResponse(
    200,
    {
      page: 'consent',
      form,
      client,
      account: user?.email ?? user?.username ?? '',
      // A custom scheme has no host; the scheme is what tells the receiver.
      host: hostname === '' ? protocol : hostname,
      scopes: decideConsentScope(request).map((value) => sentenceOf(value, visit)),
    },
    http,
    ports,
    request.uiLocales,
  );
}

function sentenceOf(value: string, { request }: Visit): MessageUnder<'scope'> | { text: string } {
  if (isOidcScope(value)) return { key: `scope.${value}` };
  const described = request.api?.scopes.find((scope) => scope.value === value)?.description;
  return { text: described || `${request.api?.name ?? ''}: ${value}` };
}

async function submit(
  visit: Visit,
  form: Parameters,
  { store, now }: ConsentPagePorts,
): Promise<HttpResponse> {
  const { interaction, request, browserSession, http, step } = visit;
  const session = browserSession?.session;
  const decision = form.get('decision');
  // Neither button: a form sent by hand. The page comes again.
  if (session === undefined || (decision !== 'allow' && decision !== 'deny'))
    return toContinue(interaction.id);
  const at = now();
  const { clientId } = request.client;
  const facts = { clientId, userId: session.userId, sid: session.sid, address: http.peerAddress };
  if (decision === 'deny') {
    await store.recordEvents([buildEvent(at, 'consent.denied', facts)]);
    await store.recordInteractionProgress(interaction.id, { ...interaction.progress, consentDenied: true });
    return toContinue(interaction.id);
  }
  const audience = request.api?.identifier ?? '';
  const event = buildEvent(at, 'consent.given', facts);
  if (step.reason === 'client-unproven') {
    // It holds for this request only: the next one may come from another program.
    await store.recordEvents([event]);
  } else {
    const held = (await store.findConsents(session.userId, clientId)).find(
      (consent) => consent.audience === audience,
    );
    const scope = [...new Set([...(held?.scope ?? []), ...decideConsentScope(request)])];
    await store.recordConsent({ userId: session.userId, clientId, audience, scope, givenAt: at }, [event]);
  }
  await store.recordInteractionProgress(interaction.id, {
    ...interaction.progress,
    consentedSid: session.sid,
  });
  return toContinue(interaction.id);
}
