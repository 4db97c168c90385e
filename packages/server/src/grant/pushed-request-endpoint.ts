import { hash } from 'node:crypto';
import type { AuthenticationRequest } from '../authorization/authentication-request.js';
import { parse, parseRequested, UNTRUSTED } from '../authorization/authorization-endpoint.js';
import { buildPushedRequestUri, buildPushedText } from '../authorization/pushed-request.js';
import type { PushedRequestStore } from '../authorization/pushed-request-store.js';
import { requestedParameters } from '../authorization/requested-parameters.js';
import type { Client } from '../client/client.js';
import {
  type AuthenticateClientPorts,
  authenticateClient,
} from '../client-authentication/authenticate-client.js';
import { parseClientCredentials } from '../client-authentication/client-authentication.js';
import { findListedStanding } from '../configuration/client-origins.js';
import { randomHandle } from '../credential/randomness.js';
import { sealUnderHandle } from '../credential/seal-under-handle.js';
import type { SingleUseStore } from '../credential/single-use-store.js';
import { findProof, proofAlgsOf } from '../dpop/dpop-proof.js';
import { buildUseDpopNonce } from '../dpop/use-dpop-nonce.js';
import { buildEvent } from '../events/events.js';
import { answerPreflight, buildCorsHeaders } from '../http/cors.js';
import { Parameters, parseBody } from '../http/parameters.js';
import type { Handler, HttpRequest, HttpResponse } from '../http/request.js';
import { json, withHeaders } from '../http/responses.js';
import type { Ports } from '../ports.js';
import { buildTokenError, type TokenRefusal } from '../token/token-response.js';
import { decideBrowserRule } from './browser-rule.js';

/** What the pushed authorization request endpoint may touch. */
export type PushedRequestEndpointPorts = Pick<
  Ports<SingleUseStore & Pick<PushedRequestStore, 'keepPushedRequest' | 'openPushedRequest'>>,
  | 'issuer'
  | 'store'
  | 'secrets'
  | 'keys'
  | 'configuration'
  | 'subjects'
  | 'outbound'
  | 'remoteKeys'
  | 'now'
  | 'record'
> &
  AuthenticateClientPorts;

/** Which parameters of a push are about the push itself. @see RFC 9126 §2.1 */
const AUTHENTICATION = new Set(['client_secret', 'client_assertion', 'client_assertion_type']);

/**
 * The pushed authorization request endpoint: a client says what it will ask for and shows who it is, before any browser
 * comes. The whole request is judged at once, so that a mistake is told to the client and never to a person.
 *
 * @see RFC 9126 §2 · RFC 9449 §10.1
 */
export function pushedRequestEndpoint(ports: PushedRequestEndpointPorts): Handler {
  const findRequested = requestedParameters(ports);
  return async (http) => {
    if (http.method === 'OPTIONS') {
      const origin = http.header('origin') ?? '';
      const isWebOrigin = findListedStanding(ports.configuration(), origin) === 'credentials';
      return answerPreflight(isWebOrigin ? origin : null, true);
    }
    const body = parseBody(http.header('content-type'), http.rawBody);
    const parameters = body.ok ? body.parameters : null;
    const credentials = parameters && parseClientCredentials(http.header('authorization'), parameters);
    const clientId = credentials?.clientId ?? parameters?.get('client_id') ?? null;
    const browser = decideBrowserRule(http, clientId, ports.configuration());
    if (browser.verdict === 'refused' || (browser.verdict === 'allowed' && !browser.holdsCredentials)) {
      const facts = { reason: 'pushed-request-endpoint', address: http.peerAddress };
      ports.record(buildEvent(ports.now(), 'origin.refused', facts));
      return json(403, {
        error: 'access_denied',
        error_description: 'This origin may not push requests: it is not among the client’s web_origins.',
      });
    }
    const response =
      parameters === null
        ? json(body.ok ? 400 : body.status, {
            error: 'invalid_request',
            error_description: 'The body is not a readable form or JSON object in UTF-8.',
          })
        : await push(http, parameters, findRequested, ports);
    return browser.verdict === 'allowed'
      ? withHeaders(response, buildCorsHeaders(browser.origin, true))
      : response;
  };
}

async function push(
  http: HttpRequest,
  sent: Parameters,
  findRequested: ReturnType<typeof requestedParameters>,
  ports: PushedRequestEndpointPorts,
): Promise<HttpResponse> {
  const invalid = (description: string) => refuse(http, null, { ...INVALID, description }, ports);
  if (http.rawQuery !== '') return invalid('Parameters belong in the body.');
  if (sent.repeated(['resource']) !== undefined) return invalid('A parameter appears more than once.');
  const authenticated = await authenticateClient(http, sent, ports);
  if (authenticated.outcome === 'failed') return authenticated.response;
  const { client } = authenticated;
  if (sent.get('request_uri') !== undefined)
    return refuse(
      http,
      client,
      { ...INVALID, description: 'request_uri is not for a pushed request.' },
      ports,
    );

  // Before the request is looked at, and again with each push: a proof that is no good costs nothing.
  const proof = await findProof(
    http,
    { url: `${ports.issuer}oauth/par`, accessToken: null, nonce: 'required', algs: proofAlgsOf(client) },
    ports,
  );
  if (proof.outcome === 'nonce-required' || proof.outcome === 'replayed')
    return buildUseDpopNonce(ports.secrets, ports.now());
  if (proof.outcome === 'invalid')
    return refuse(
      http,
      client,
      { ...INVALID_PROOF, description: 'The DPoP proof is not valid here.' },
      ports,
    );
  const jkt = proof.outcome === 'proven' ? proof.jkt : null;

  const handle = randomHandle();
  const handleHash = hash('sha256', handle, 'base64url');
  const requested = await findRequested(ownParameters(sent, client.clientId));
  // Without a request_uri, none was pushed before.
  if (requested.outcome === 'finished') throw new Error('a push names no pushed request');
  const parsed =
    requested.outcome === 'whole'
      ? parse(withKey(requested.parameters, jkt), ports, handleHash)
      : parseRequested(requested, ports);
  switch (parsed.outcome) {
    case 'untrusted': {
      const description = `The request cannot be used: ${UNTRUSTED[parsed.reason].developer}`;
      return refuse(http, client, { error: 'invalid_request', description, reason: parsed.reason }, ports);
    }
    case 'refused':
      return refuse(http, client, { ...parsed, reason: parsed.error }, ports);
    case 'valid': {
      // RFC 9449 §10.1: "If both mechanisms are used at the same time, the authorization server MUST reject the request
      // if the JWK Thumbprint in dpop_jkt does not match the public key in the DPoP header."
      if (jkt !== null && parsed.request.dpopJkt !== jkt)
        return refuse(http, client, { ...INVALID_PROOF, description: 'dpop_jkt is another key.' }, ports);
      return keep(http, parsed.request, { handle, handleHash }, ports);
    }
  }
}

const INVALID = { error: 'invalid_request', reason: 'malformed' } as const;
const INVALID_PROOF = { error: 'invalid_dpop_proof', reason: 'dpop-proof' } as const;

/** The request as a browser would have brought it: of this client, and without what the client proved itself with. */
function ownParameters(sent: Parameters, clientId: string): Parameters {
  const pairs = sent.pairs.filter(([name]) => !AUTHENTICATION.has(name) && name !== 'client_id');
  return new Parameters([['client_id', clientId], ...pairs]);
}

/** The key of the proof is the one that the code is bound to, as if it had been named. @see RFC 9449 §10.1 */
function withKey(parameters: Parameters, jkt: string | null): Parameters {
  return jkt === null || parameters.get('dpop_jkt') !== undefined
    ? parameters
    : new Parameters([...parameters.pairs.filter(([name]) => name !== 'dpop_jkt'), ['dpop_jkt', jkt]]);
}

async function keep(
  http: HttpRequest,
  { client, parameters }: AuthenticationRequest,
  { handle, handleHash }: { readonly handle: string; readonly handleHash: string },
  ports: PushedRequestEndpointPorts,
): Promise<HttpResponse> {
  const text = buildPushedText(parameters);
  if (text === null) {
    const error_description = 'The request is too long.';
    return json(413, { error: 'invalid_request', error_description });
  }
  const at = ports.now();
  const { pushedRequestLifetimeMs } = ports.configuration().tenant;
  const { clientId } = client;
  const expiresAt = at + pushedRequestLifetimeMs;
  await ports.store.keepPushedRequest({
    ...{ handleHash, clientId, expiresAt, keptUntil: expiresAt, usedAt: null, usedBy: null },
    sealedParameters: sealUnderHandle(handle, 'pushed request', text),
  });
  ports.record(buildEvent(at, 'authorization.pushed', { clientId, address: http.peerAddress }));
  return json(201, {
    request_uri: buildPushedRequestUri(handle),
    expires_in: Math.ceil(pushedRequestLifetimeMs / 1_000),
  });
}

function refuse(
  http: HttpRequest,
  client: Client | null,
  refusal: Pick<TokenRefusal, 'error' | 'description' | 'reason'>,
  { record, now }: Pick<Ports, 'record' | 'now'>,
): HttpResponse {
  const clientId = client?.clientId ?? null;
  const facts = { reason: refusal.reason, clientId, address: http.peerAddress };
  record(buildEvent(now(), 'authorization.refused', facts));
  return buildTokenError(refusal);
}
