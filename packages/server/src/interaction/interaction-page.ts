import type { ConsentStore } from '../authorization/consent-store.js';
import { decide, type Step } from '../authorization/proceed.js';
import { buildFormToken, type FormSubject, judgeFormToken } from '../browser/form-token.js';
import type { Client } from '../client/client.js';
import { isCrossSite } from '../http/fetch-metadata.js';
import { type Parameters, parseForm, parseFormBody } from '../http/parameters.js';
import type { Handler, HttpRequest, HttpResponse } from '../http/request.js';
import { seeOther } from '../http/responses.js';
import type { ClientFace, FormBinding } from '../pages/page.js';
import { type PageContext, problemResponse } from '../pages/page-response.js';
import type { Ports } from '../ports.js';
import { type BrowserSession, findInteractiveSession } from '../session/browser-session.js';
import { withSuccessor } from '../session/renewed-cookies.js';
import type { SessionStore } from '../session/session-store.js';
import type { GrantStore } from '../token/grant-store.js';
import { type OpenInteraction, type OpenInteractionPorts, openInteraction } from './open-interaction.js';

/** What every page of an interaction may touch. */
export type InteractionPagePorts = Pick<
  Ports<ConsentStore & GrantStore & SessionStore>,
  'issuer' | 'store' | 'secrets' | 'configuration' | 'logos' | 'subjects' | 'now'
> &
  PageContext &
  OpenInteractionPorts;

/** What a page of an interaction is given. */
export interface Visit extends OpenInteraction {
  readonly http: HttpRequest;
  readonly browserSession: BrowserSession | null;
  /** Why the End-User is here. */
  readonly step: Step;
  readonly form: FormBinding;
  readonly client: ClientFace;
}

/** One page: the step that it is for, and what it does while that step is due. */
export interface InteractionPage {
  readonly step: Step['step'];
  readonly path: string;
  /** Draws the page. */
  show(visit: Visit): Promise<HttpResponse>;
  /** Takes the form; anything but `/continue` shows the page again. */
  submit(visit: Visit, form: Parameters): Promise<HttpResponse>;
}

/**
 * One page of an interaction as a handler: it is shown while its step is due, and takes its form from its own browser,
 * its own origin and its own interaction only, and for the End-User whom it was shown for.
 *
 * @see security.md 48, 49
 */
export function interactionPage(page: InteractionPage, ports: InteractionPagePorts): Handler {
  return async (http) => {
    const posted = http.method === 'POST' ? readForm(http) : null;
    if (posted === 'unreadable') return problemResponse(400, 'bad-request', http, ports);
    if (posted !== null && isCrossSite(http, ports.issuer))
      return problemResponse(403, 'cross-site', http, ports);
    const id = (posted ?? parseForm(http.rawQuery))?.get('state');
    const opened = await openInteraction(http, id, ports);
    if (!opened.ok) return opened.response;
    const { interaction, request, binding } = opened.open;
    const browserSession = await findInteractiveSession(http, ports);
    const subject: FormSubject = {
      browserHash: binding.browserHash,
      purpose: interaction.id,
      // A password says by itself for whom it is.
      sid: page.step === 'login' ? null : (browserSession?.session.sid ?? null),
    };
    const verdict =
      posted === null ? 'genuine' : judgeFormToken(ports.secrets, subject, posted.get('csrf') ?? '');
    if (verdict === 'foreign')
      return problemResponse(403, 'cross-site', http, ports, { clientId: request.client.clientId });
    const goOn = (response: HttpResponse) => withSuccessor(response, http, browserSession, ports.secrets);
    const decision = await decide(
      { http, request, browserSession, cookiesBlocked: false, interaction },
      ports,
    );
    // Another tab may have done this step, or signed somebody else in; the back button may have brought an older page.
    if (verdict === 'outdated' || decision.next !== 'interact' || decision.step !== page.step)
      return goOn(toContinue(interaction.id));
    const visit: Visit = {
      ...opened.open,
      http,
      browserSession,
      step: decision,
      form: {
        action: page.path,
        state: interaction.id,
        csrf: buildFormToken(ports.secrets, subject),
      },
      client: await findFace(page, request.client, ports),
    };
    return goOn(await (posted === null ? page.show(visit) : page.submit(visit, posted)));
  };
}

/** The consent page shows the picture from where it is; on the way to a sign-in nobody else learns of the visit. */
async function findFace(
  { step }: InteractionPage,
  client: Client,
  { logos }: Pick<Ports, 'logos'>,
): Promise<ClientFace> {
  const { name, logoUri, policyUri, tosUri } = client;
  return { name, logoUri: step === 'login' ? await logos.find(client) : logoUri, policyUri, tosUri };
}

/** The answer of every page that has done its part: the next step is decided there. */
export function toContinue(interactionId: string): HttpResponse {
  return seeOther(`/continue?state=${interactionId}`);
}

function readForm(http: HttpRequest): Parameters | 'unreadable' {
  const form = parseFormBody(http.header('content-type'), http.rawBody);
  return form !== null && form.repeated() === undefined ? form : 'unreadable';
}
