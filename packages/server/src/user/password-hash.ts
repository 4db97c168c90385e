/** The argon2id parameters of every hash made here. OWASP Password Storage Cheat Sheet: 19 MiB, two passes, one lane. */
export const ARGON2ID_PARAMETERS = {
  memoryKiB: 19 * 1024,
  passes: 2,
  parallelism: 1,
  saltBytes: 16,
  outputBytes: 32,
} as const;

/** The most that an imported hash may ask of this machine at each sign-in. */
export const ARGON2_MEMORY_KIB_AT_MOST = 256 * 1024;

/** The most passes of an imported hash: more would let one sign-in hold a thread. */
export const ARGON2_PASSES_AT_MOST = 10;

/** The most lanes of an imported hash. */
export const ARGON2_PARALLELISM_AT_MOST = 4;
/** Of bcrypt's cost, which doubles the work with each step; 14 is about a second. */
export const BCRYPT_COST_AT_MOST = 14;

const BCRYPT_COST_AT_LEAST = 4;
const HASH_LENGTH_AT_MOST = 512;

const ARGON2 =
  /^\$(argon2(?:id|i|d))\$(?:v=(16|19)\$)?m=(\d{1,10}),t=(\d{1,10}),p=(\d{1,10})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;
const BCRYPT = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;

/** What a stored password hash is. */
export type ParsedPasswordHash =
  | {
      readonly kind: 'argon2';
      readonly variant: 'argon2id' | 'argon2i' | 'argon2d';
      readonly memoryKiB: number;
      readonly passes: number;
      readonly parallelism: number;
      /** Made with {@link ARGON2ID_PARAMETERS}; any other is replaced at the next sign-in. */
      readonly isCurrent: boolean;
    }
  | { readonly kind: 'bcrypt'; readonly cost: number }
  | { readonly kind: 'refused'; readonly reason: 'unknown-format' | 'too-costly' };

/**
 * Reads a password hash: a PHC string of argon2id, argon2i or argon2d, or bcrypt's `$2a$`, `$2b$` or `$2y$`.
 *
 * It computes nothing and does not judge a hash weak: a weak one is replaced at the next sign-in. Hashes with a key id
 * or associated data are refused, since their secret is not here.
 *
 * @returns `refused` as `unknown-format`: no verification could ever succeed; as `too-costly`: over 256 MiB, 10 passes,
 * 4 lanes or bcrypt cost 14, which would let an imported user burn the machine.
 */
export function parsePasswordHash(text: string): ParsedPasswordHash {
  if (text.length > HASH_LENGTH_AT_MOST) return { kind: 'refused', reason: 'unknown-format' };
  const bcrypt = BCRYPT.exec(text);
  if (bcrypt !== null) return parseBcrypt(Number(bcrypt[1]));
  const argon2 = ARGON2.exec(text);
  return argon2 === null ? { kind: 'refused', reason: 'unknown-format' } : parseArgon2(argon2);
}

function parseBcrypt(cost: number): ParsedPasswordHash {
  if (cost < BCRYPT_COST_AT_LEAST) return { kind: 'refused', reason: 'unknown-format' };
  return cost > BCRYPT_COST_AT_MOST ? { kind: 'refused', reason: 'too-costly' } : { kind: 'bcrypt', cost };
}

function parseArgon2(match: RegExpExecArray): ParsedPasswordHash {
  const [, variant, version, m, t, p, salt = '', output = ''] = match;
  const [memoryKiB, passes, parallelism] = [Number(m), Number(t), Number(p)];
  const saltBytes = countBytes(salt);
  const outputBytes = countBytes(output);
  // RFC 9106 §3.1, and the lengths that PHC strings may have: what the library would throw at, at sign-in.
  const isComputable =
    passes >= 1 && parallelism >= 1 && memoryKiB >= 8 * parallelism && saltBytes >= 8 && saltBytes <= 48;
  if (!isComputable || outputBytes < 12 || outputBytes > 64)
    return { kind: 'refused', reason: 'unknown-format' };
  if (
    memoryKiB > ARGON2_MEMORY_KIB_AT_MOST ||
    passes > ARGON2_PASSES_AT_MOST ||
    parallelism > ARGON2_PARALLELISM_AT_MOST
  ) {
    return { kind: 'refused', reason: 'too-costly' };
  }
  const isCurrent =
    variant === 'argon2id' &&
    version === '19' &&
    memoryKiB === ARGON2ID_PARAMETERS.memoryKiB &&
    passes === ARGON2ID_PARAMETERS.passes &&
    parallelism === ARGON2ID_PARAMETERS.parallelism &&
    saltBytes >= ARGON2ID_PARAMETERS.saltBytes &&
    outputBytes >= ARGON2ID_PARAMETERS.outputBytes;
  return {
    kind: 'argon2',
    variant: variant as 'argon2id' | 'argon2i' | 'argon2d',
    memoryKiB,
    passes,
    parallelism,
    isCurrent,
  };
}

/** Bytes of unpadded base64; -1 where a decoder that insists on the canonical spelling would refuse it. */
function countBytes(base64: string): number {
  const bytes = Buffer.from(base64, 'base64');
  return bytes.toString('base64').replaceAll('=', '') === base64 ? bytes.length : -1;
}

/** A well-formed hash of nothing, which costs what a current one costs: unknown users are verified against it. */
export const DECOY_PASSWORD_HASH = buildDecoyPasswordHash();

function buildDecoyPasswordHash(): string {
  const { memoryKiB, passes, parallelism, saltBytes, outputBytes } = ARGON2ID_PARAMETERS;
  const zeros = (bytes: number) => Buffer.alloc(bytes).toString('base64').replaceAll('=', '');
  return `$argon2id$v=19$m=${memoryKiB},t=${passes},p=${parallelism}$${zeros(saltBytes)}$${zeros(outputBytes)}`;
}
