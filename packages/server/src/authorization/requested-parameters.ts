import { hash } from 'node:crypto';
import { compactVerify, createLocalJWKSet } from 'jose';
import type { Client } from '../client/client.js';
import { findPublicKeys } from '../client/remote-keys.js';
import { unsealUnderHandle } from '../credential/seal-under-handle.js';
import { Parameters } from '../http/parameters.js';
import type { Ports } from '../ports.js';
import { decidePushedRequest } from './pushed-request.js';
import type { PushedRequestStore } from './pushed-request-store.js';
import {
  buildRefusalAim,
  decideRequestObject,
  isExpectedAlg,
  parseRequestedParameters,
  parseRequestObject,
  type RequestObject,
  type RequestObjectRefusal,
} from './request-object.js';

/** What finding a request's parameters may touch. */
export type RequestedParametersPorts = {
  readonly store: Pick<PushedRequestStore, 'openPushedRequest'>;
} & Pick<Ports, 'configuration' | 'issuer' | 'outbound' | 'remoteKeys' | 'now'>;

/** A request's parameters with all that its object says, or why they are none. */
export type RequestedParameters =
  | {
      readonly outcome: 'whole';
      readonly parameters: Parameters;
      /** The hash of the handle that they were pushed under; `null` where a browser brought them. */
      readonly pushed: string | null;
    }
  /** A pushed request that was answered already. */
  | { readonly outcome: 'finished'; readonly client: Client; readonly usedBy: string | null }
  /** No pushed request of this client, or none any more. */
  | { readonly outcome: 'unknown'; readonly client: Client }
  | {
      readonly outcome: 'refused';
      readonly refusal: RequestObjectRefusal;
      /** What says where the refusal goes. */
      readonly aim: Parameters;
    };

/** One answer for refused, slow, missing and unreadable: the caller learns nothing of where we were sent. @see I06 */
const NOTHING_THERE: RequestObjectRefusal = {
  error: 'invalid_request_uri',
  description: 'There is no request object at request_uri, or not the one whose hash it names.',
};
const NOT_SIGNED: RequestObjectRefusal = {
  error: 'invalid_request_object',
  description: 'The request object is not signed as it should be.',
};

/**
 * A request's parameters with those of its request object, where it has one.
 *
 * What was fetched is not kept: the client may change it whenever it likes.
 *
 * @see OIDC Core §6 · RFC 9101 · security.md 84, 85, 86
 */
export function requestedParameters(
  ports: RequestedParametersPorts,
): (parameters: Parameters) => Promise<RequestedParameters> {
  const fetching = new Map<string, Promise<Buffer | null>>();

  /** Many at once for the same address are one call. */
  const fetchOnce = (address: string, client: Client): Promise<Buffer | null> => {
    const running = fetching.get(address);
    if (running !== undefined) return running;
    const party = { id: client.clientId, isStranger: client.registrationTokenHash !== null };
    const started = ports.outbound
      .call({ purpose: 'request_uri', url: address, party })
      .then((answer) => (answer.outcome === 'answered' ? answer.body : null))
      .finally(() => fetching.delete(address));
    fetching.set(address, started);
    return started;
  };

  const findByReference = async (
    address: string,
    digest: string | null,
    client: Client,
  ): Promise<RequestObject | null> => {
    const body = await fetchOnce(address, client);
    if (body === null || (digest !== null && digest !== hash('sha256', body, 'base64url'))) return null;
    return parseRequestObject(body.toString('latin1').trim());
  };

  return async (parameters) => {
    const decision = decideRequestObject(parameters, ports.configuration());
    switch (decision.next) {
      case 'parse':
        return { outcome: 'whole', parameters, pushed: null };
      case 'refuse':
        return refused(decision.refusal, parameters);
      case 'open':
        return openPushed(decision, ports);
      case 'fetch': {
        const object = await findByReference(decision.address, decision.digest, decision.client);
        return object === null
          ? refused(NOTHING_THERE, parameters)
          : verify(object, parameters, decision.client, ports);
      }
      case 'read': {
        const object = parseRequestObject(decision.jwt);
        return object === null
          ? refused(NOT_SIGNED, parameters)
          : verify(object, parameters, decision.client, ports);
      }
    }
  };
}

/** What was pushed is the whole request: what a browser brings beside it counts for nothing. @see RFC 9126 §4 · RFC 9101 §6.3 */
async function openPushed(
  { client, handle }: { readonly client: Client; readonly handle: string },
  { store, configuration, now }: Pick<RequestedParametersPorts, 'store' | 'configuration' | 'now'>,
): Promise<RequestedParameters> {
  const handleHash = hash('sha256', handle, 'base64url');
  const at = now();
  const keptUntil = at + configuration().tenant.transactionLifetimeMs;
  const found = await store.openPushedRequest({ handleHash, now: at, keptUntil });
  const decision = decidePushedRequest(found, client.clientId, at);
  if (decision.next === 'finished') return { outcome: 'finished', client, usedBy: decision.usedBy };
  const text =
    decision.next === 'begin'
      ? unsealUnderHandle(handle, 'pushed request', decision.pushed.sealedParameters)
      : null;
  return text === null
    ? { outcome: 'unknown', client }
    : { outcome: 'whole', parameters: new Parameters(JSON.parse(text)), pushed: handleHash };
}

async function verify(
  object: RequestObject,
  query: Parameters,
  client: Client,
  ports: RequestedParametersPorts,
): Promise<RequestedParameters> {
  const aim = buildRefusalAim(object, query);
  if (!(await isSignedBy(client, object, ports))) return refused(NOT_SIGNED, aim);
  const parsed = parseRequestedParameters(object, query, client, { issuer: ports.issuer, now: ports.now() });
  return parsed.ok
    ? { outcome: 'whole', parameters: parsed.parameters, pushed: null }
    : refused({ error: 'invalid_request_object', description: parsed.description }, aim);
}

/** Signed as registered. Without a signature only where the registration leaves that open. */
async function isSignedBy(
  client: Client,
  { jwt, alg, kid }: RequestObject,
  { remoteKeys }: Pick<Ports, 'remoteKeys'>,
): Promise<boolean> {
  if (!isExpectedAlg(client, alg)) return false;
  if (alg === 'none') return true;
  const keys = await findPublicKeys(client, kid, remoteKeys);
  if (keys === null) return false;
  try {
    await compactVerify(jwt, createLocalJWKSet(keys), { algorithms: [alg] });
    return true;
  } catch {
    return false;
  }
}

function refused(refusal: RequestObjectRefusal, aim: Parameters): RequestedParameters {
  return { outcome: 'refused', refusal, aim };
}
