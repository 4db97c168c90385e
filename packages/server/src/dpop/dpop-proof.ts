import { hash } from 'node:crypto';
import { calculateJwkThumbprint, importJWK, type JWTPayload, jwtVerify } from 'jose';
import type { Client } from '../client/client.js';
import { FAPI_ALGS } from '../client/client-assertion.js';
import type { SingleUseStore } from '../credential/single-use-store.js';
import type { HttpRequest } from '../http/request.js';
import type { Ports } from '../ports.js';
import { type AskedProof, decideProof } from './decide-proof.js';
import { readDpopNonce } from './dpop-nonce.js';
import { PROOF_ALGS, type ProofKey, parseProofKey } from './proof-key.js';

/** Proofs may carry `exp` and `nbf`, though none needs to: where they do, they are obeyed. @see H04 */
const CLOCK_TOLERANCE_SECONDS = 60;

/** What a request proves about a key. */
export type ProofOutcome =
  /** It has no `DPoP` header. */
  | { readonly outcome: 'none' }
  | {
      readonly outcome: 'proven';
      /** The key, as `cnf` and `dpop_jkt` name it. @see RFC 7638 */
      readonly jkt: string;
      /** When the server issued the nonce in it, in milliseconds; `null` where none of ours was in it, or an old one. */
      readonly nonceIssuedAt: number | null;
    }
  /** To be answered with `use_dpop_nonce`. Nothing was spent. */
  | { readonly outcome: 'nonce-required' }
  /** Good, but its `jti` was used before: by whoever copied it, or by a client that sends a lost request again. */
  | { readonly outcome: 'replayed' }
  | { readonly outcome: 'invalid' };

/** The key that a request proved; `null` where it brought no proof. */
export type ProvenKey = Omit<Extract<ProofOutcome, { outcome: 'proven' }>, 'outcome'> | null;

/**
 * Looks at the request's `DPoP` header.
 *
 * Spends the proof's `jti`, so it is called once per request, after what needs no proof was looked at.
 *
 * @param asked.url the issuer's own address of the endpoint.
 * @param asked.nonce `required`: a proof without a nonce of ours is challenged. `optional`: one whose `iat` is within a
 *        minute counts without; a nonce of somebody else's, or an old one, counts as none.
 * @see RFC 9449 §4.3 · security.md 90
 */
export async function findProof(
  http: HttpRequest,
  asked: Omit<AskedProof, 'method'>,
  { store, secrets, now }: Pick<Ports<SingleUseStore>, 'store' | 'secrets' | 'now'>,
): Promise<ProofOutcome> {
  const proof = http.header('dpop');
  if (proof === undefined) return { outcome: 'none' };
  const key = parseProofKey(proof);
  const isExpected = asked.algs === undefined || (key !== null && asked.algs.includes(key.alg));
  const claims = key === null || !isExpected ? null : await verifyProof(proof, key, now());
  if (key === null || claims === null) return { outcome: 'invalid' };

  const nonceIssuedAt = typeof claims.nonce === 'string' ? readDpopNonce(secrets, claims.nonce, now()) : null;
  const decision = decideProof(claims, nonceIssuedAt, { ...asked, method: http.method }, now());
  if (decision.verdict !== 'acceptable') return { outcome: decision.verdict };

  const jkt = await calculateJwkThumbprint(key.jwk);
  // "Within a reasonable consideration of accuracy and resource utilization, a jti value has not been used": by any node.
  const use = await store.useOnce({
    key: `dpop ${hash('sha256', `${jkt} ${decision.jti}`, 'base64url')}`,
    expiresAt: decision.acceptableUntil,
  });
  return use === 'first' ? { outcome: 'proven', jkt, nonceIssuedAt } : { outcome: 'replayed' };
}

/** "The JWT signature verifies with the public key contained in the jwk JOSE Header Parameter." */
async function verifyProof(proof: string, { alg, jwk }: ProofKey, now: number): Promise<JWTPayload | null> {
  try {
    const options = {
      algorithms: [alg],
      currentDate: new Date(now),
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
    };
    return (await jwtVerify(proof, await importJWK(jwk, alg), options)).payload;
  } catch {
    return null;
  }
}

/** What proofs of this client may be signed by. @see FAPI 2.0 §5.4.1 */
export function proofAlgsOf({ profile }: Pick<Client, 'profile'>): readonly string[] {
  return profile === 'fapi2' ? FAPI_ALGS : PROOF_ALGS;
}
