import { type Client, hasSecretSignedIdTokens, hasSecretSignedTokens, keyAlgOf } from '../client/client.js';
import type { KeyAlg, KeyUse } from '../keys/signing-keys.js';
import type { Configuration } from './configuration.js';

/**
 * Which of the server's keys a tenant uses: verifiers of other languages stumble over a key of a kind that they do not
 * know, so one that nobody uses is not there. Tokens that no API chose an algorithm for are RS256, which every verifier knows,
 * unless nothing else is.
 *
 * @see design.md 13 · docs/decisions/0020-keys-are-there-from-their-first-use.md
 */
export function findKeyUse({
  clients,
  resourceServers,
}: Pick<Configuration, 'clients' | 'resourceServers'>): KeyUse {
  const algs = new Set<KeyAlg>();
  for (const client of clients.values()) {
    if (client.userinfoSigningAlg !== null) algs.add(client.userinfoSigningAlg);
    if (mayGetIdTokens(client) && !hasSecretSignedIdTokens(client))
      algs.add(keyAlgOf(client.idTokenSigningAlg));
  }
  for (const api of resourceServers.values()) {
    if (!hasSecretSignedTokens(api)) algs.add(keyAlgOf(api.signingAlg));
  }
  const unasked = algs.has('ES256') && !algs.has('RS256') ? 'ES256' : 'RS256';
  return { algs: algs.add(unasked), unasked };
}

/** A machine has an algorithm for ID tokens like every client, and never gets one. */
function mayGetIdTokens({ grantTypes, responseTypes }: Client): boolean {
  return (
    grantTypes.some((grantType) => grantType !== 'client_credentials') ||
    responseTypes.some((responseType) => responseType !== 'code')
  );
}
