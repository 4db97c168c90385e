import { hash } from 'node:crypto';
import type { Client } from '../client/client.js';
import {
  type AssertionFault,
  type AssertionKeys,
  CLIENT_ASSERTION_TYPE,
  LONGEST_ASSERTION,
  verifyClientAssertion,
} from '../client/client-assertion.js';
import { findPublicKeys, type RemoteKeys } from '../client/remote-keys.js';
import type { SingleUseStore } from '../credential/single-use-store.js';
import type { Ports } from '../ports.js';
import type { ClientAssertion } from './client-authentication.js';

/** Whether an assertion proved its client; the fault is for the record. */
export type AssertedClient =
  | { readonly outcome: 'proven'; readonly client: Client }
  | { readonly outcome: 'refused'; readonly fault: AssertionFault };

/**
 * Whether the client that an assertion names made it: `private_key_jwt` and `client_secret_jwt`, each assertion once,
 * whichever node sees it.
 *
 * @param client the one that {@link readAssertedClientId} or the request names, where there is one.
 * @see RFC 7523 §2.2, §3
 */
export async function findAssertedClient(
  { type, jwt }: ClientAssertion,
  client: Client | undefined,
  { issuer, store, now, remoteKeys }: Pick<Ports<SingleUseStore>, 'issuer' | 'store' | 'remoteKeys' | 'now'>,
): Promise<AssertedClient> {
  if (type !== CLIENT_ASSERTION_TYPE) return refuse('assertion-unreadable');
  if (client === undefined) return refuse('assertion-unknown-client');
  const keys = await findKeys(client, jwt, remoteKeys);
  if (keys === null) return refuse('assertion-keys-missing');
  const verdict = await verifyClientAssertion(jwt, client, keys, issuer, now());
  if (verdict.outcome === 'refused') return verdict;
  // Hashed: what a client writes there is of any length and letter.
  const key = `assertion ${hash('sha256', `${client.clientId} ${verdict.jti}`, 'base64url')}`;
  const use = await store.useOnce({ key, expiresAt: verdict.expiresAt });
  return use === 'first' ? { outcome: 'proven', client } : refuse('assertion-replayed');
}

function refuse(fault: AssertionFault): AssertedClient {
  return { outcome: 'refused', fault };
}

async function findKeys(client: Client, jwt: string, remoteKeys: RemoteKeys): Promise<AssertionKeys | null> {
  switch (client.tokenEndpointAuthMethod) {
    case 'private_key_jwt':
      return findPublicKeys(client, readUnverified(jwt, 0, 'kid'), remoteKeys);
    case 'client_secret_jwt':
      return client.clientSecret === null ? null : { secret: client.clientSecret };
    default:
      return null;
  }
}

/** Only names the client whose keys are then asked. @returns `null` where the assertion names none. */
export function readAssertedClientId({ jwt }: ClientAssertion): string | null {
  return readUnverified(jwt, 1, 'sub');
}

function readUnverified(jwt: string, segment: 0 | 1, member: 'kid' | 'sub'): string | null {
  if (jwt.length > LONGEST_ASSERTION) return null;
  try {
    const read = JSON.parse(Buffer.from(jwt.split('.')[segment] ?? '', 'base64url').toString()) as {
      kid?: unknown;
      sub?: unknown;
    };
    const value = read[member];
    return typeof value === 'string' ? value : null;
  } catch {
    return null;
  }
}
