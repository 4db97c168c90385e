import { hash } from 'node:crypto';
import { type Credential, mintCredential, verifyCredential } from '../credential/credential.js';
import type { Secret, Secrets } from '../credential/secrets.js';
import type { FamilyKey } from './family.js';

/** Between the session's public id, which says where the family lies, and what only the client holds. */
const SEPARATOR = '~';

/** A refresh token that is genuine: this server gave it to this client. Whether it still counts, its family says. */
export interface RefreshToken extends Pick<Credential, 'kid' | 'generation'> {
  readonly key: FamilyKey;
  readonly handle: string;
}

/** @returns the token of one generation: always the same text. */
export function mintRefreshToken(
  secret: Secret,
  token: { readonly sid: string; readonly handle: string; readonly generation: number },
  clientId: string,
): string {
  const handle = `${token.sid}${SEPARATOR}${token.handle}`;
  return mintCredential(secret, 'refresh', { handle, generation: token.generation }, clientId);
}

/** @returns `null` for anything that was not given to this client, whatever is wrong with it. */
export function parseRefreshToken(secrets: Secrets, text: string, clientId: string): RefreshToken | null {
  const credential = verifyCredential(secrets, 'refresh', text, clientId);
  if (credential === null) return null;
  const [sid = '', handle = ''] = credential.handle.split(SEPARATOR);
  const { kid, generation } = credential;
  return { kid, generation, handle, key: { sid, handleHash: hashFamilyHandle(handle) } };
}

/** What the store knows of a family's handle: 132 bits of its hash, and the `grant_id` of its access tokens. */
export function hashFamilyHandle(handle: string): string {
  return hash('sha256', handle, 'base64url').slice(0, 22);
}
