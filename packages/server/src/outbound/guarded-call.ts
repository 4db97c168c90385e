import { lookup as resolveName } from 'node:dns/promises';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import * as tls from 'node:tls';
import { TemporaryFault } from '../fault/fault.js';
import { decideRoom, type Party, type RunningCall } from './decide-room.js';
import { isPublicAddress } from './public-address.js';
import { type OutboundAllowance, type OutboundPurpose, parseTarget, type Target } from './target.js';

/** What the guard lets through, and how long and how much it takes. */
export interface OutboundOptions {
  /** Hosts that the operator's network has and the guard would refuse. Default: none. */
  readonly allow?: readonly OutboundAllowance[];
  /** Certificate authorities trusted beside the usual ones, in PEM. Default: none. */
  readonly extraCa?: string | null;
  /** Until an answer must be complete, the name's resolution included. Default 5000. */
  readonly timeoutMs?: number;
  /** The most that an answer's body may be. Default 65536. */
  readonly mostBytes?: number;
  /** How names are resolved; for tests of what a name may resolve to. Default: as the system does. */
  readonly resolve?: Resolve;
  /** Told of each call that gave nothing, for the operator's log. */
  readonly onFailure?: (failure: { purpose: OutboundPurpose; host: string; reason: OutboundFailure }) => void;
}

/** Finds every address of a name, as `dns.lookup` with `all` does. */
export type Resolve = (hostname: string) => Promise<readonly { address: string; family: number }[]>;

/** This server has as many calls out as it makes at once. It passes by itself: the caller answers 503. */
export class OutboundBusy extends TemporaryFault {
  override readonly name = 'OutboundBusy';
}

/** Why a call gave nothing. For the operator's eyes only: to a caller all of them but ours are one. @see I06 */
export type OutboundFailure =
  /** By the URL itself, or by what its name resolves to. */
  | 'refused'
  /** It had its time, and another had no place. */
  | 'made-room'
  | 'too-many-calls'
  | 'unreachable'
  | 'too-slow'
  | 'too-big'
  /** A redirect, an error, an encoding that was not asked for. */
  | 'unusable-answer';

/** One call: what it is for, and where to. */
export interface OutboundCall {
  readonly purpose: OutboundPurpose;
  readonly url: string;
  /** Whoever has written the address: calls of one take no place of another's. */
  readonly party: Party;
  /** A form that is posted; without one the call is a GET. */
  readonly form?: URLSearchParams;
  /** Media types that are asked for. Default: any. */
  readonly accept?: string;
}

/** What a caller learns: a body, or nothing at all of why there is none. @see I06 */
export type OutboundOutcome =
  | { readonly outcome: 'answered'; readonly contentType: string; readonly body: Buffer }
  | { readonly outcome: 'failed' };

/** The one way by which this server calls an address that somebody else has written. */
export interface Outbound {
  /** Whether a URL could be called at all: to be asked where it is registered. Resolves nothing. */
  mayCall(purpose: OutboundPurpose, url: string): boolean;
  /**
   * Answers what came with a 2xx status. Never follows, never says why not.
   *
   * @throws OutboundBusy where this server has no place for the call; nothing else.
   */
  call(call: OutboundCall): Promise<OutboundOutcome>;
  /** A GET whose answer is JSON; `undefined` for anything else. @throws OutboundBusy as {@link call}. */
  fetchJson(call: Pick<OutboundCall, 'purpose' | 'url' | 'party'>): Promise<unknown>;
}

interface OpenCall extends RunningCall {
  readonly abort: AbortController;
}

/**
 * @see security.md 85: https only, resolve then connect to the checked address, private and special ranges refused,
 *      no redirects, bounded time and size, no credentials, no error detail back to the caller
 */
export function guardOutbound(options: OutboundOptions = {}): Outbound {
  const { allow = [], onFailure = () => {} } = options;
  const limits = { timeoutMs: options.timeoutMs ?? 5_000, mostBytes: options.mostBytes ?? 65_536 };
  const resolve = options.resolve ?? ((hostname) => resolveName(hostname, { all: true, verbatim: true }));
  // Once: reading the usual authorities takes longer than many a call.
  const secureContext = options.extraCa
    ? tls.createSecureContext({ ca: [...usualAuthorities(), options.extraCa] })
    : undefined;
  const running = new Set<OpenCall>();

  const call = async (request: OutboundCall): Promise<OutboundOutcome> => {
    const target = parseTarget(request.url, request.purpose, allow);
    const fail = (reason: OutboundFailure): OutboundOutcome => {
      onFailure({ purpose: request.purpose, host: target?.hostname ?? '', reason });
      return { outcome: 'failed' };
    };
    if (target === null) return fail('refused');
    const busy = (reason: OutboundFailure): OutboundBusy => {
      fail(reason);
      return new OutboundBusy(reason);
    };
    const { purpose, party } = request;
    const host = `${target.hostname}:${target.port}`;
    const open: OpenCall = {
      purpose,
      host,
      party,
      startedAt: performance.now(),
      abort: new AbortController(),
    };
    const decision = decideRoom([...running], open);
    if (decision.room === 'none') throw busy('too-many-calls');
    for (const { abort } of decision.giveUp) abort.abort();
    running.add(open);
    try {
      const { signal } = open.abort;
      return await send(target, request, {
        ...limits,
        resolve,
        signal,
        ...(secureContext && { secureContext }),
      });
    } catch (error) {
      const reason = error instanceof CallFailed ? error.reason : 'unreachable';
      if (reason === 'made-room') throw busy(reason);
      return fail(reason);
    } finally {
      running.delete(open);
    }
  };
  return {
    mayCall: (purpose, url) => parseTarget(url, purpose, allow) !== null,
    call,
    async fetchJson({ purpose, url, party }) {
      const answer = await call({ purpose, url, party, accept: 'application/json' });
      if (answer.outcome === 'failed') return undefined;
      try {
        return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(answer.body)) as unknown;
      } catch {
        onFailure({ purpose, host: new URL(url).hostname, reason: 'unusable-answer' });
        return undefined;
      }
    },
  };
}

class CallFailed extends Error {
  readonly reason: OutboundFailure;

  constructor(reason: OutboundFailure) {
    super(reason);
    this.reason = reason;
  }
}

interface CallLimits {
  readonly timeoutMs: number;
  readonly mostBytes: number;
  readonly resolve: Resolve;
  /** Aborted where the call makes room for another. */
  readonly signal: AbortSignal;
  readonly secureContext?: tls.SecureContext;
}

function send(target: Target, { form, accept }: OutboundCall, limits: CallLimits): Promise<OutboundOutcome> {
  const { url, hostname, port } = target;
  const body = form?.toString();
  const headers = {
    host: url.host,
    accept: accept ?? '*/*',
    // What is small on the way could be large here.
    'accept-encoding': 'identity',
    'user-agent': 'Sojourn',
    ...(body !== undefined && {
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': String(Buffer.byteLength(body)),
    }),
  };
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.any([AbortSignal.timeout(limits.timeoutMs), limits.signal]);
    const fail = (reason: OutboundFailure) => reject(new CallFailed(reason));
    signal.addEventListener('abort', () => fail(limits.signal.aborted ? 'made-room' : 'too-slow'), {
      once: true,
    });
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)({
      hostname,
      port,
      path: `${url.pathname}${url.search}`,
      method: body === undefined ? 'GET' : 'POST',
      headers,
      signal,
      // One connection for one call: nothing that was checked for one is used for another.
      agent: false,
      maxHeaderSize: 16_384,
      ...(limits.secureContext && { secureContext: limits.secureContext }),
      ...(!target.isAllowed && { lookup: checkingLookup(limits.resolve) }),
    });
    request.on('error', reject);
    request.on('response', (response) => {
      const status = response.statusCode ?? 0;
      const encoding = response.headers['content-encoding'] ?? 'identity';
      const announced = Number(response.headers['content-length'] ?? 0);
      const refused: OutboundFailure | null =
        status < 200 || status > 299 || encoding !== 'identity'
          ? 'unusable-answer'
          : announced > limits.mostBytes
            ? 'too-big'
            : null;
      if (refused !== null) {
        request.destroy();
        return fail(refused);
      }
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > limits.mostBytes) {
          request.destroy();
          fail('too-big');
        } else {
          chunks.push(chunk);
        }
      });
      response.on('error', reject);
      response.on('end', () => {
        if (!response.complete) return fail('unreachable');
        const contentType = response.headers['content-type'] ?? '';
        resolve({ outcome: 'answered', contentType, body: Buffer.concat(chunks) });
      });
      return undefined;
    });
    request.end(body);
  });
}

/**
 * Resolves, judges every address, and gives the connection exactly those: a second resolution, which could answer
 * something else, never happens.
 */
function checkingLookup(resolve: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname).then(
      (addresses) => {
        const [first] = addresses;
        // One private address among public ones is an attack or a mistake, and the connection might take it.
        if (first === undefined || !addresses.every(({ address }) => isPublicAddress(address))) {
          callback(new CallFailed('refused'), '', 0);
        } else if (options.all) {
          callback(null, [...addresses]);
        } else {
          callback(null, first.address, first.family);
        }
      },
      (error: Error) => callback(error, '', 0),
    );
  };
}

/** Naming authorities replaces the usual ones. Newer versions of Node know those of `NODE_EXTRA_CA_CERTS` as well. */
function usualAuthorities(): readonly string[] {
  const { getCACertificates } = tls as { getCACertificates?: (type: 'default') => string[] };
  return getCACertificates?.('default') ?? tls.rootCertificates;
}
