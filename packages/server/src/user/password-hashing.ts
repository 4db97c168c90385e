import { ARGON2ID_PARAMETERS, DECOY_PASSWORD_HASH, parsePasswordHash } from './password-hash.js';
import { normalizePassword } from './password-policy.js';
import { PasswordHashingFailed, type PasswordJob, PasswordWorkers } from './password-workers.js';

export { PasswordHashingFailed, PasswordQueueFull } from './password-workers.js';

/** Makes and checks password hashes, away from the thread that serves requests. */
export interface PasswordHashing {
  /**
   * The argon2id hash (19 MiB, 2 passes, 1 lane) of a password, as a PHC string. Does not ask the password policy.
   *
   * @throws PasswordQueueFull, PasswordHashingFailed.
   * @throws RangeError where the password is longer than 1024 bytes; `decidePassword` says `too-long` before.
   */
  hash(password: string): Promise<string>;
  /**
   * Whether the password is the one of the hash. One verification is done whatever is given, so that an unknown user
   * (`null`), or a hash that is unreadable or too costly, answers no after the work of a current hash.
   * A hash of other parameters or of bcrypt takes its own time until it is replaced.
   *
   * `needsRehash` is true only with `matches`: the hash is bcrypt's, or of other parameters, or of the password without
   * normalisation. bcrypt looks at the first 72 bytes only; the hash that replaces it is of all that was typed.
   *
   * @throws PasswordQueueFull, PasswordHashingFailed.
   */
  verify(hash: string | null, password: string): Promise<{ matches: boolean; needsRehash: boolean }>;
  /** Ends the threads. What is not done fails with `PasswordHashingFailed`. */
  close(): Promise<void>;
}

/**
 * Password hashing in worker threads of its own, started when first needed. It never keeps an idle process alive.
 *
 * @param options `threads`: default one less than the processor has, at least 1. `waitingAtMost`: passwords that wait
 * while all threads work, default 100; beyond, calls throw {@link PasswordQueueFull}. `onVerification`: told of each
 * verification that was queued, with a user or without; for counting.
 * @throws TypeError where a number is not a whole one in its range.
 */
export function startPasswordHashing(
  options: { threads?: number; waitingAtMost?: number; onVerification?: () => void } = {},
): PasswordHashing {
  const workers = new PasswordWorkers(options);
  return {
    async hash(password) {
      const normalized = normalizePassword(password);
      if (normalized === null) throw new RangeError('The password is too long. Ask decidePassword first.');
      const { memoryKiB, passes, parallelism } = ARGON2ID_PARAMETERS;
      const result = await workers.run({
        kind: 'hash',
        password: normalized,
        memoryKiB,
        passes,
        parallelism,
      });
      if (result.outcome !== 'hashed')
        throw new PasswordHashingFailed('The password thread gave another answer.');
      return result.hash;
    },

    async verify(hash, password) {
      const verification = buildVerification(hash, password);
      const queued = workers.run(verification.job);
      options.onVerification?.();
      const result = await queued;
      if (result.outcome !== 'verified')
        throw new PasswordHashingFailed('The password thread gave another answer.');
      const matches = verification.canMatch && result.matching >= 0;
      const isAsHashedHere = verification.job.candidates[result.matching] === verification.normalized;
      return { matches, needsRehash: matches && !(verification.isCurrent && isAsHashedHere) };
    },

    close: () => workers.close(),
  };
}

interface Verification {
  readonly job: Extract<PasswordJob, { kind: 'verify' }>;
  readonly normalized: string | null;
  readonly canMatch: boolean;
  readonly isCurrent: boolean;
}

/** The number of spellings depends on what was typed only, so it tells nothing about the account. */
function buildVerification(hash: string | null, password: string): Verification {
  const normalized = normalizePassword(password);
  const parsed = hash === null ? null : parsePasswordHash(hash);
  if (hash === null || parsed === null || parsed.kind === 'refused' || normalized === null) {
    const candidates = normalized === null ? [''] : [...new Set([normalized, password])];
    const job = { kind: 'verify', scheme: 'argon2', hash: DECOY_PASSWORD_HASH, candidates } as const;
    return { job, normalized, canMatch: false, isCurrent: false };
  }
  // Imported hashes were made by others, of the password as it was typed then; nothing in an argon2 string says whose.
  const spellings = parsed.kind === 'bcrypt' ? [password, normalized] : [normalized, password];
  const job = { kind: 'verify', scheme: parsed.kind, hash, candidates: [...new Set(spellings)] } as const;
  return { job, normalized, canMatch: true, isCurrent: parsed.kind === 'argon2' && parsed.isCurrent };
}
