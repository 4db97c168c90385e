import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';

/** One secret of the deployment, from which a key for each purpose is derived. */
export interface Secret {
  readonly kid: string;
  /** HKDF-SHA-256 of the secret under a purpose. Derived once and kept. */
  keyFor(purpose: string): KeyObject;
}

/** The first makes; all verify. Dropping one kills everything made under it. */
export interface Secrets {
  readonly current: Secret;
  readonly all: readonly Secret[];
  find(kid: string): Secret | undefined;
}

/** A setting or sealed value that cannot be used; the message says what was found and what is expected. */
export class SecretError extends Error {
  override readonly name = 'SecretError';
}

/**
 * @param text `id:base64url(32 bytes)`, comma-separated.
 * @throws SecretError naming the entry that is wrong, never its value.
 */
export function parseSecrets(text: string): Secrets {
  const secrets = text.split(',').map((entry, index) => parseSecret(entry.trim(), index));
  const byKid = new Map<string, Secret>();
  for (const secret of secrets) {
    if (byKid.has(secret.kid))
      throw new SecretError(`secret "${secret.kid}" appears twice; give each an id of its own.`);
    byKid.set(secret.kid, secret);
  }
  const [current] = secrets;
  if (current === undefined) throw new SecretError('no secret was given.');
  return { current, all: secrets, find: (kid) => byKid.get(kid) };
}

function parseSecret(entry: string, index: number): Secret {
  const match = /^([A-Za-z0-9_-]{1,16}):([A-Za-z0-9_-]{43})$/.exec(entry);
  if (match?.[1] === undefined || match[2] === undefined) {
    throw new SecretError(
      `secret number ${index + 1} is not of the form id:base64url of 32 bytes; the id is 1 to 16 letters, digits, "-" or "_".`,
    );
  }
  const key = Buffer.from(match[2], 'base64url');
  const derived = new Map<string, KeyObject>();
  return {
    kid: match[1],
    keyFor(purpose) {
      let found = derived.get(purpose);
      if (found === undefined) {
        found = createSecretKey(Buffer.from(hkdfSync('sha256', key, '', `sojourn ${purpose}`, 32)));
        derived.set(purpose, found);
      }
      return found;
    },
  };
}

/** A fresh secret in the form that `parseSecrets` reads. */
export function newSecret(): string {
  return `k${randomBytes(3).toString('hex')}:${randomBytes(32).toString('base64url')}`;
}

/** AES-256-GCM under the current secret; `purpose` is authenticated, so a value cannot be moved elsewhere. */
export function seal(secrets: Secrets, purpose: string, plaintext: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', secrets.current.keyFor(`seal ${purpose}`), nonce);
  cipher.setAAD(Buffer.from(purpose));
  const sealed = Buffer.concat([
    nonce,
    cipher.update(plaintext, 'utf8'),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
  return `v1.${secrets.current.kid}.${sealed.toString('base64url')}`;
}

/** @throws SecretError where the secret that sealed it is gone, or the value was altered. */
export function unseal(secrets: Secrets, purpose: string, sealed: string): string {
  const [version, kid, body, ...rest] = sealed.split('.');
  const secret = version === 'v1' && kid !== undefined && rest.length === 0 ? secrets.find(kid) : undefined;
  if (secret === undefined || body === undefined) {
    throw new SecretError(
      `a stored ${purpose} was sealed under the secret "${kid ?? '?'}", which SOJOURN_SECRET no longer lists.`,
    );
  }
  const bytes = Buffer.from(body, 'base64url');
  try {
    const decipher = createDecipheriv('aes-256-gcm', secret.keyFor(`seal ${purpose}`), bytes.subarray(0, 12));
    decipher.setAAD(Buffer.from(purpose));
    decipher.setAuthTag(bytes.subarray(-16));
    return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString('utf8');
  } catch {
    throw new SecretError(`a stored ${purpose} cannot be opened with the secret "${secret.kid}".`);
  }
}
