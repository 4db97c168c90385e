import type { Client } from '../client/client.js';
import { FAPI_ALGS, REQUEST_OBJECT_ALGS } from '../client/client-assertion.js';
import type { Configuration } from '../configuration/configuration.js';
import { Parameters } from '../http/parameters.js';
import { KNOWN_PARAMETERS } from './known-parameters.js';
import { parsePushedHandle } from './pushed-request.js';

/** One by value stands in an address, which holds little more. */
const LONGEST_BY_VALUE = 8_192;
const CLOCK_TOLERANCE_SECONDS = 10;
/** What RFC 9101 §4 calls it, and what libraries write that call every JWT so. @see RFC 8725 §3.11 */
const TYPES: readonly unknown[] = [
  undefined,
  'jwt',
  'oauth-authz-req+jwt',
  'application/oauth-authz-req+jwt',
];
/** Parameters that are JSON in a query and a member of the object here. @see OIDC Core §5.5, §7.2.1 */
const STRUCTURED = new Set(['claims', 'registration']);

/** Why a request object does not count, in words for its client. @see OIDC Core §6.3 · RFC 9101 §7 */
export interface RequestObjectRefusal {
  readonly error: 'invalid_request' | 'invalid_request_uri' | 'invalid_request_object';
  readonly description: string;
}

/** Where the rest of a request's parameters is to be found. */
export type RequestObjectDecision =
  /** The parameters are the whole request; or they are refused as they are, also for an object that may not be. */
  | { readonly next: 'parse' }
  | {
      readonly next: 'fetch';
      readonly client: Client;
      readonly address: string;
      /** The base64url SHA-256 of what is to be there; `null` where the request does not say. */
      readonly digest: string | null;
    }
  | { readonly next: 'open'; readonly client: Client; readonly handle: string }
  | { readonly next: 'read'; readonly client: Client; readonly jwt: string }
  | { readonly next: 'refuse'; readonly refusal: RequestObjectRefusal };

/** A request object as it was written. Nothing of it is believed yet. */
export interface RequestObject {
  readonly jwt: string;
  readonly alg: string;
  readonly kid: string | null;
  readonly claims: Readonly<Record<string, unknown>>;
}

/**
 * Where the rest of a request is. Nothing is fetched that the client did not register.
 *
 * By reference only for clients with `request_uris`. By value for all: an object that nobody signed is the query in
 * another form, and one that somebody did is verified.
 *
 * @see OIDC Core §6.1, §6.2 · RFC 9101 §5 · security.md 86 · decision 0018
 */
export function decideRequestObject(
  parameters: Parameters,
  configuration: Configuration,
): RequestObjectDecision {
  const jwt = parameters.get('request');
  const uri = parameters.get('request_uri');
  if (jwt === undefined && uri === undefined) return { next: 'parse' };
  const client = configuration.clients.get(parameters.get('client_id') ?? '');
  if (client === undefined || parameters.repeated(['resource']) !== undefined) return { next: 'parse' };

  if (jwt !== undefined && uri !== undefined)
    return refuse('invalid_request', 'request and request_uri do not go together.');
  if (uri !== undefined) {
    const handle = parsePushedHandle(uri);
    if (handle !== null) return { next: 'open', client, handle };
    if (client.requestUris.length === 0) return { next: 'parse' };
    const place = findRequestPlace(client, uri);
    return place === null
      ? refuse('invalid_request_uri', 'The client has not registered this request_uri.')
      : { next: 'fetch', client, ...place };
  }
  if (jwt === undefined) return { next: 'parse' };
  return jwt.length > LONGEST_BY_VALUE
    ? refuse('invalid_request_object', 'request is too long.')
    : { next: 'read', client, jwt };
}

function refuse(error: RequestObjectRefusal['error'], description: string): RequestObjectDecision {
  return { next: 'refuse', refusal: { error, description } };
}

/**
 * Exactly as it was registered: a fragment of the registration is part of the name, and whether it is the hash of what
 * is there is the client's business, since nothing is kept (OIDC Core §6.2 wants the hash for those who cache). To one
 * that was registered without, a request may add the hash of what it means, and then that is checked.
 */
function findRequestPlace(
  { requestUris }: Client,
  uri: string,
): { readonly address: string; readonly digest: string | null } | null {
  const [address = '', digest = null] = uri.split('#', 2);
  if (requestUris.includes(uri)) return { address, digest: null };
  return requestUris.includes(address) ? { address, digest } : null;
}

/**
 * Reads the compact form, signed or not. Encrypted objects are none: nothing here decrypts.
 *
 * @returns `null` where it is no JWT that could be a request object.
 * @see OIDC Core §6.1 · RFC 9101 §4, §10.8 · security.md 80, 83
 */
export function parseRequestObject(jwt: string): RequestObject | null {
  const [head = '', payload = '', signature, ...rest] = jwt.split('.', 4);
  if (signature === undefined || rest.length > 0) return null;
  const header = parseSegment(head);
  const claims = parseSegment(payload);
  if (header === null || claims === null) return null;
  const { alg, kid, typ, crit } = header;
  const type = typeof typ === 'string' ? typ.toLowerCase() : typ;
  if (typeof alg !== 'string' || crit !== undefined || !TYPES.includes(type)) return null;
  // Something that nobody will look at is no signature.
  if (alg === 'none' && signature !== '') return null;
  return { jwt, alg, kid: typeof kid === 'string' ? kid : null, claims };
}

function parseSegment(segment: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(segment, 'base64url').toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : null;
  } catch {
    return null;
  }
}

/**
 * Whether an object may be signed so at all. HMAC never is: a public key is no secret.
 *
 * @see OIDC Dynamic Client Registration 1.0 §2: "All Request Objects from this Client MUST be rejected, if not signed
 *      with this algorithm." · security.md 84
 */
export function isExpectedAlg({ requestObjectSigningAlg, profile }: Client, alg: string): boolean {
  if (profile === 'fapi2' && !FAPI_ALGS.includes(alg)) return false;
  return requestObjectSigningAlg === null
    ? REQUEST_OBJECT_ALGS.includes(alg)
    : alg === requestObjectSigningAlg;
}

/** The parameters of query and object together, or what is wrong with the object. */
export type ParsedRequestedParameters =
  | { readonly ok: true; readonly parameters: Parameters }
  | { readonly ok: false; readonly description: string };

/**
 * What a request object asks for, laid over the parameters beside it. Does not look at the signature.
 *
 * RFC 9101 §6.3 would ignore what stands only beside the object; OIDC Core §6.1 assembles both, so that an object that
 * stays the same can be sent with another `state` and `nonce` each time. That gives nobody more than a request without
 * any object does.
 *
 * @param query with the `client_id` of `client`, and no parameter twice.
 * @see OIDC Core §6.1, §6.3 · RFC 9101 §4, §6.3 · H04
 */
export function parseRequestedParameters(
  { alg, claims }: RequestObject,
  query: Parameters,
  client: Client,
  { issuer, now }: { readonly issuer: string; readonly now: number },
): ParsedRequestedParameters {
  const description =
    findPartyFault(claims, client.clientId, issuer, alg !== 'none') ??
    findTimeFault(claims, now / 1000) ??
    findAgreementFault(claims, query);
  if (description !== null) return { ok: false, description };
  const requested = Object.entries(claims).flatMap(([name, value]) =>
    KNOWN_PARAMETERS.has(name) ? [[name, buildValues(name, value)] as const] : [],
  );
  const pairs: [string, string][] = [];
  for (const [name, values] of requested) {
    if (values === null)
      return { ok: false, description: 'A parameter in the request object has the wrong type.' };
    pairs.push(...values.map((value): [string, string] => [name, value]));
  }
  const superseded = new Set(['request', 'request_uri', ...requested.map(([name]) => name)]);
  const beside = query.pairs.filter(([name]) => !superseded.has(name));
  return { ok: true, parameters: new Parameters([...beside, ...pairs]) };
}

/** Where an answer goes, and what comes back with it. */
const AIM: ReadonlySet<string> = new Set(['redirect_uri', 'response_mode', 'state']);

/**
 * The parameters that say where a refusal of an object goes, those in the object first, as OIDC Core §6.1 puts them
 * together. It was not verified, and need not be: they aim at nothing that the query could not.
 */
export function buildRefusalAim({ claims }: RequestObject, query: Parameters): Parameters {
  const inside = Object.entries(claims).flatMap(([name, value]): [string, string][] =>
    AIM.has(name) && typeof value === 'string' && isText(value) ? [[name, value]] : [],
  );
  const names = new Set(inside.map(([name]) => name));
  return new Parameters([...query.pairs.filter(([name]) => !names.has(name)), ...inside]);
}

/** Signed ones say for whom they are: one that a client made for another server is not for us. @see security.md 81 */
function findPartyFault(
  { iss, aud, sub }: RequestObject['claims'],
  clientId: string,
  issuer: string,
  isSigned: boolean,
): string | null {
  if (iss === undefined ? isSigned : iss !== clientId) return 'iss of the request object is not the client.';
  if (aud === undefined ? isSigned : ![aud].flat().includes(issuer))
    return 'aud of the request object is not this server.';
  // RFC 9101 §10.8: that is how a client assertion looks.
  return sub === clientId ? 'sub of the request object is the client.' : null;
}

/** Neither OIDC Core §6.1 nor RFC 9101 §4 asks for any of these; what an object says is obeyed. */
function findTimeFault({ exp, nbf, iat }: RequestObject['claims'], seconds: number): string | null {
  const fault = 'The request object has expired, or is not valid yet.';
  if (exp !== undefined && (typeof exp !== 'number' || exp <= seconds - CLOCK_TOLERANCE_SECONDS))
    return fault;
  const isEarly = [nbf, iat].some(
    (at) => at !== undefined && (typeof at !== 'number' || at > seconds + CLOCK_TOLERANCE_SECONDS),
  );
  return isEarly ? fault : null;
}

/** OIDC Core §6.1: response_type and client_id outside "MUST match those in the Request Object, if present". */
function findAgreementFault(claims: RequestObject['claims'], query: Parameters): string | null {
  if (claims.request !== undefined || claims.request_uri !== undefined)
    return 'A request object holds no other one.';
  if (claims.client_id !== undefined && claims.client_id !== query.get('client_id'))
    return 'client_id of the request object is another than that of the request.';
  const asked = query.get('response_type');
  const { response_type: type } = claims;
  const isOther = asked !== undefined && type !== undefined && sortWords(type) !== sortWords(asked);
  return isOther ? 'response_type of the request object is another than that of the request.' : null;
}

function sortWords(text: unknown): string | null {
  return typeof text === 'string' ? text.split(' ').sort().join(' ') : null;
}

/** @returns `null` for what is neither text nor number, nor what this parameter may be instead. */
function buildValues(name: string, value: unknown): readonly string[] | null {
  if (typeof value === 'number') return [String(value)];
  if (typeof value === 'string') return isText(value) ? [value] : null;
  if (name === 'resource' && Array.isArray(value))
    return value.every((one) => typeof one === 'string' && isText(one))
      ? [...new Set(value as string[])]
      : null;
  return STRUCTURED.has(name) && typeof value === 'object' ? buildJson(value) : null;
}

function buildJson(value: object | null): readonly string[] | null {
  try {
    return [JSON.stringify(value)];
  } catch {
    // Nested deeper than the stack.
    return null;
  }
}

/** What a query could hold as well: no NUL, and no half of a character, which no answer could be sent back with. */
function isText(value: string): boolean {
  return !/\0|\p{Surrogate}/u.test(value);
}
