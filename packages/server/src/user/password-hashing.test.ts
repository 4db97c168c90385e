import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { hashSync } from '@node-rs/argon2';
import bcrypt from 'bcryptjs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { DECOY_PASSWORD_HASH } from './password-hash.js';
import {
  type PasswordHashing,
  PasswordHashingFailed,
  PasswordQueueFull,
  startPasswordHashing,
} from './password-hashing.js';
import type { PasswordJob } from './password-workers.js';

/** Every thread that was started in the current test, and every job that was given to one. */
const threads: Worker[] = [];
const jobs: Extract<PasswordJob, { kind: 'verify' }>[] = [];

const noteThread = (thread: Worker) => threads.push(thread);
const postMessage = Worker.prototype.postMessage;

beforeEach(() => {
  process.on('worker', noteThread);
  vi.spyOn(Worker.prototype, 'postMessage').mockImplementation(function (
    this: Worker,
    job: (typeof jobs)[number],
  ) {
    jobs.push(job);
    postMessage.call(this, job);
  });
});

const started: PasswordHashing[] = [];

function passwordHashing(options: Parameters<typeof startPasswordHashing>[0] = {}): PasswordHashing {
  const hashing = startPasswordHashing({ threads: 1, ...options });
  started.push(hashing);
  return hashing;
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((hashing) => hashing.close()));
  process.off('worker', noteThread);
  vi.restoreAllMocks();
  threads.length = 0;
  jobs.length = 0;
});

/** As another server may have made it: cheap, so that tests are fast. */
const imported = (password: string, algorithm = 2) =>
  hashSync(password, { algorithm, memoryCost: 64, timeCost: 1, parallelism: 1 });

/** As many as Node has unless it is told otherwise. */
const POOL_THREADS = Number(process.env.UV_THREADPOOL_SIZE ?? 4);

const right = { matches: true, needsRehash: false };
const rightButOld = { matches: true, needsRehash: true };
const wrong = { matches: false, needsRehash: false };

describe('a password hashed here', () => {
  test('is argon2id with 19 MiB, two passes, one lane and a salt of its own', async () => {
    const hashing = passwordHashing();
    const [one, other] = await Promise.all([hashing.hash('correct horse'), hashing.hash('correct horse')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(one).not.toBe(other);
  });

  test('matches itself and nothing else, and needs no other hash', async () => {
    const hashing = passwordHashing();
    const hash = await hashing.hash('correct horse');
    expect(await hashing.verify(hash, 'correct horse')).toEqual(right);
    for (const other of ['Correct horse', 'correct horse ', ' correct horse', 'correct hors', '']) {
      expect(await hashing.verify(hash, other)).toEqual(wrong);
    }
  });

  test.each([
    ['in its 65th character', `${'a'.repeat(64)}x`, `${'a'.repeat(64)}y`],
    ['in its 73rd byte', `${'a'.repeat(72)}x`, `${'a'.repeat(72)}y`],
    ['in its last of 1024', `${'a'.repeat(1023)}x`, `${'a'.repeat(1023)}y`],
    ['after a NUL', 'aaaaaaaa\0x', 'aaaaaaaa\0y'],
    ['in a line break', 'aaaaaaaa\n', 'aaaaaaaa'],
    ['beyond the basic plane', 'aaaaaaa\u{1f600}', 'aaaaaaa\u{1f601}'],
  ])('row 56: is not truncated: two that differ %s are two', async (_, one, other) => {
    const hashing = passwordHashing();
    const hash = await hashing.hash(one);
    expect(await hashing.verify(hash, one)).toEqual(right);
    expect(await hashing.verify(hash, other)).toEqual(wrong);
  });

  test('J05: matches in composed, decomposed and full-width spelling', async () => {
    const hashing = passwordHashing();
    const hash = await hashing.hash('cafe\u0301 \uff21\uff22\uff23');
    expect(await hashing.verify(hash, 'caf\u00e9 ABC')).toEqual(right);
    expect(await hashing.verify(hash, 'cafe\u0301 ABC')).toEqual(right);
  });

  test('J05: with a lone surrogate matches itself', async () => {
    const hashing = passwordHashing();
    const hash = await hashing.hash('aaaaaaaa\ud800');
    expect(await hashing.verify(hash, 'aaaaaaaa\ud800')).toEqual(right);
    expect(await hashing.verify(hash, 'aaaaaaaa')).toEqual(wrong);
  });

  test('is refused when too long to be verified again', async () => {
    const hashing = passwordHashing();
    await expect(hashing.hash('a'.repeat(1025))).rejects.toThrow(RangeError);
    expect(await hashing.verify(await hashing.hash('a'.repeat(1024)), 'a'.repeat(1025))).toEqual(wrong);
  });
});

describe('an imported hash', () => {
  test.each([
    ['argon2d', 0],
    ['argon2i', 1],
    ['argon2id of other parameters', 2],
  ])('of %s matches and is to be replaced', async (_, algorithm) => {
    const hashing = passwordHashing();
    const hash = imported('correct horse', algorithm);
    expect(await hashing.verify(hash, 'correct horse')).toEqual(rightButOld);
    expect(await hashing.verify(hash, 'battery staple')).toEqual(wrong);
  });

  test.each(['$2a$', '$2b$', '$2y$'])('of bcrypt %s matches and is to be replaced', async (prefix) => {
    const hashing = passwordHashing();
    const hash = prefix + bcrypt.hashSync('correct horse', 4).slice(4);
    expect(await hashing.verify(hash, 'correct horse')).toEqual(rightButOld);
    expect(await hashing.verify(hash, 'battery staple')).toEqual(wrong);
  });

  test('matches as it was typed when the other server did not normalise, and is to be replaced', async () => {
    const hashing = passwordHashing();
    const decomposed = 'cafe\u0301 cafe\u0301';
    const parameters = { memoryCost: 19456, timeCost: 2, parallelism: 1 };
    expect(await hashing.verify(bcrypt.hashSync(decomposed, 4), decomposed)).toEqual(rightButOld);
    expect(await hashing.verify(hashSync(decomposed, parameters), decomposed)).toEqual(rightButOld);
    const next = await hashing.hash(decomposed);
    expect(await hashing.verify(next, decomposed.normalize('NFC'))).toEqual(right);
  });

  test('of bcrypt matches by its first 72 bytes, and its replacement by all of them', async () => {
    const hashing = passwordHashing();
    const long = 'a'.repeat(80);
    expect(await hashing.verify(bcrypt.hashSync(long, 4), long)).toEqual(rightButOld);
    expect(await hashing.verify(await hashing.hash(long), 'a'.repeat(72))).toEqual(wrong);
  });

  test('that would burn the machine, or is none, is never right and costs one current verification', async () => {
    const verified = vi.fn();
    const hashing = passwordHashing({ onVerification: verified });
    const salt = `${'A'.repeat(22)}$${'A'.repeat(43)}`;
    for (const hash of [
      `$argon2id$v=19$m=4194304,t=1000,p=64$${salt}`,
      `$2b$31$${'a'.repeat(53)}`,
      'nonsense',
      '',
    ]) {
      expect(await hashing.verify(hash, 'correct horse')).toEqual(wrong);
    }
    expect(verified).toHaveBeenCalledTimes(4);
    expect(jobs.map((job) => job.hash)).toEqual(Array(4).fill(DECOY_PASSWORD_HASH));
  });
});

describe('an unknown user', () => {
  test('F06: is answered no after one verification of the same parameters as a known one', async () => {
    const verified = vi.fn();
    const hashing = passwordHashing({ onVerification: verified });
    const hash = await hashing.hash('correct horse');
    jobs.length = 0;
    expect(await hashing.verify(null, 'battery staple')).toEqual(wrong);
    expect(verified).toHaveBeenCalledTimes(1);
    expect(await hashing.verify(hash, 'battery staple')).toEqual(wrong);
    expect(verified).toHaveBeenCalledTimes(2);
    const [unknown, known] = jobs.map(({ hash, ...job }) => ({ ...job, parameters: hash.split('$')[3] }));
    expect(unknown).toEqual(known);
  });

  test.each([
    ['decomposed', 'cafe\u0301 cafe\u0301'],
    ['too long', 'a'.repeat(5000)],
    ['empty', ''],
  ])('F06: costs the same as a known one when the password is %s', async (_, password) => {
    const hashing = passwordHashing();
    const hash = await hashing.hash('correct horse');
    jobs.length = 0;
    await hashing.verify(null, password);
    await hashing.verify(hash, password);
    expect(jobs[0]?.candidates).toEqual(jobs[1]?.candidates);
  });
});

describe('the queue', () => {
  test('J10: is full at 100 waiting; what comes then is refused with the time to come again', async () => {
    const verified = vi.fn();
    const hashing = passwordHashing({ onVerification: verified });
    const hash = imported('correct horse');
    const accepted = Array.from({ length: 101 }, () => hashing.verify(hash, 'correct horse'));
    const refused = await hashing.verify(hash, 'correct horse').catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(PasswordQueueFull);
    expect((refused as PasswordQueueFull).retryAfterSeconds).toBeGreaterThan(0);
    await expect(hashing.hash('correct horse')).rejects.toThrow(PasswordQueueFull);
    expect(await Promise.all(accepted)).toEqual(Array(101).fill(rightButOld));
    expect(verified).toHaveBeenCalledTimes(101);
    expect(await hashing.verify(hash, 'correct horse')).toEqual(rightButOld);
  });

  test('is served in order, by as many threads as were asked for and no more', async () => {
    const hashing = passwordHashing({ threads: 2 });
    expect(threads).toHaveLength(0);
    const hash = imported('correct horse');
    await hashing.verify(hash, 'x');
    expect(threads).toHaveLength(1);
    await Promise.all(Array.from({ length: 20 }, (_, i) => hashing.verify(hash, `password ${i}`)));
    expect(threads).toHaveLength(2);
    expect(jobs.slice(1).map((job) => job.candidates[0])).toEqual(
      Array.from({ length: 20 }, (_, i) => `password ${i}`),
    );
  });

  test('J10: passwords are hashed outside of the thread pool, where a login flood would hold signatures up', async () => {
    const hashing = passwordHashing();
    const hash = await hashing.hash('correct horse');
    // Opened for reading, a pipe without a writer holds its thread of the pool until the test lets go.
    const folder = mkdtempSync(join(tmpdir(), 'sojourn-pool-'));
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const held = Array.from({ length: POOL_THREADS }, () => open(pipe, 'r'));
    let isSigned = false;
    try {
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      void promisify(sign)('sha256', Buffer.from('token'), privateKey).then(() => {
        isSigned = true;
      });
      expect(
        await Promise.all(Array.from({ length: 5 }, () => hashing.verify(hash, 'correct horse'))),
      ).toEqual(Array(5).fill(right));
      // The control: what does use the pool waits.
      expect(isSigned).toBe(false);
    } finally {
      const writer = openSync(pipe, 'w');
      for (const file of await Promise.all(held)) await file.close();
      closeSync(writer);
      rmSync(folder, { recursive: true });
    }
  });

  test('an idle thread keeps no process alive, and a busy one does', async () => {
    const hashing = passwordHashing();
    const countOpenPorts = () =>
      process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length;
    const before = countOpenPorts();
    const hash = hashing.hash('correct horse');
    expect(countOpenPorts()).toBeGreaterThan(before);
    await hash;
    expect(countOpenPorts()).toBe(before);
  });

  test.each([{ threads: 0 }, { threads: 1.5 }, { waitingAtMost: -1 }, { waitingAtMost: Number.NaN }])(
    'cannot be set up with %j',
    (options) => {
      expect(() => startPasswordHashing(options)).toThrow(TypeError);
    },
  );
});

describe('a thread that crashes', () => {
  test.each([
    ['ends', (thread: Worker | undefined) => void thread?.terminate()],
    ['throws', (thread: Worker | undefined) => thread?.postMessage('nonsense')],
  ])('fails its own job only and is replaced: it %s', async (_, crash) => {
    const hashing = passwordHashing();
    const hash = await hashing.hash('correct horse');
    crash(threads[0]);
    const lost = hashing.verify(hash, 'correct horse');
    const next = hashing.verify(hash, 'correct horse');
    await expect(lost).rejects.toThrow(PasswordHashingFailed);
    expect(await next).toEqual(right);
    expect(threads).toHaveLength(2);
  });

  test('while idle is not missed', async () => {
    const hashing = passwordHashing();
    const hash = await hashing.hash('correct horse');
    await threads[0]?.terminate();
    expect(await hashing.verify(hash, 'correct horse')).toEqual(right);
  });
});

describe('close', () => {
  test('fails what runs and what waits, ends every thread, and takes nothing more', async () => {
    const hashing = passwordHashing({ threads: 2 });
    const pending = Array.from({ length: 6 }, () => hashing.hash('correct horse'));
    const outcomes = Promise.allSettled(pending);
    await hashing.close();
    expect((await outcomes).map((one) => one.status)).toEqual(Array(6).fill('rejected'));
    await expect(hashing.hash('correct horse')).rejects.toThrow(PasswordHashingFailed);
    await expect(hashing.verify(null, 'correct horse')).rejects.toThrow(PasswordHashingFailed);
    expect(threads.map((thread) => thread.threadId)).toEqual([-1, -1]);
    await hashing.close();
  });

  test('starts no thread where none was needed', async () => {
    await passwordHashing().close();
    expect(threads).toEqual([]);
  });
});
