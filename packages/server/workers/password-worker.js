// Plain JavaScript with types in comments: it is started by URL, from the sources in tests and from dist/ when built,
// and no loader for TypeScript is in a worker thread.
import { parentPort } from 'node:worker_threads';
import { hashSync, verifySync } from '@node-rs/argon2';
import bcrypt from 'bcryptjs';

/** @typedef {import('../src/user/password-workers.js').PasswordJob} PasswordJob */
/** @typedef {import('../src/user/password-workers.js').PasswordJobResult} PasswordJobResult */

/** `Algorithm.Argon2id`, which as a `const enum` does not exist at run time. */
const ARGON2ID = 2;

/**
 * Computes one job, and takes as long as it takes: nothing else runs in this thread.
 *
 * @param {PasswordJob} job
 * @returns {PasswordJobResult}
 */
function compute(job) {
  if (job.kind === 'hash') {
    const { memoryKiB: memoryCost, passes: timeCost, parallelism } = job;
    const hash = hashSync(job.password, { algorithm: ARGON2ID, memoryCost, timeCost, parallelism });
    return { outcome: 'hashed', hash };
  }
  const { hash, scheme, candidates } = job;
  const matching = candidates.findIndex((candidate) =>
    scheme === 'bcrypt' ? bcrypt.compareSync(candidate, hash) : verifySync(hash, candidate),
  );
  return { outcome: 'verified', matching };
}

/**
 * The libraries say what is wrong with a hash by throwing; that must not end the thread.
 *
 * @param {PasswordJob} job
 * @returns {PasswordJobResult}
 */
function answer(job) {
  try {
    return compute(job);
  } catch (error) {
    return { outcome: 'failed', message: `The password could not be computed: ${error}` };
  }
}

parentPort?.on('message', (job) => {
  // Not a job: this thread is not what its owner thinks it is, and ends so that it is replaced.
  if (job?.kind !== 'hash' && job?.kind !== 'verify') throw new TypeError('not a password job');
  parentPort?.postMessage(answer(job));
});
