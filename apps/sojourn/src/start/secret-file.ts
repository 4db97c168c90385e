import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { newSecret, parseSecrets, type Secrets } from '@sojourn/server/words';

/** The secret of a SQLite file, kept beside it. */
export interface SecretFile {
  readonly secrets: Secrets;
  /** Where it is; tell the operator to back it up. */
  readonly file: string;
  /** Whether it was made just now. */
  readonly isNew: boolean;
  /** Whether others than its owner may read it. */
  readonly isExposed: boolean;
  /** Takes a secret that was made just now back: the store turned out to have another. */
  forget(): void;
}

/**
 * The secret beside a SQLite file, made where there is none. It is on disk before anything is derived from it.
 *
 * @param databaseFile Absolute path of the SQLite file.
 * @throws SecretError where the file does not hold a secret; the file system's errors.
 */
export function openSecretFile(databaseFile: string): SecretFile {
  const file = secretFileOf(databaseFile);
  const made = makeSecretFile(file);
  const text = made ?? readFileSync(file, 'utf8').trim();
  return {
    secrets: parseSecrets(text),
    file,
    isNew: made !== null,
    isExposed: isExposed(file),
    forget: () => {
      if (made !== null) rmSync(file, { force: true });
    },
  };
}

/**
 * The secret beside a SQLite file as it stands, for commands: they make none.
 *
 * @returns `null` where there is no such file.
 * @throws SecretError where the file does not hold a secret; the file system's errors.
 */
export function readSecretFile(
  databaseFile: string,
): Pick<SecretFile, 'secrets' | 'file' | 'isExposed'> | null {
  const file = secretFileOf(databaseFile);
  if (!existsSync(file)) return null;
  return { secrets: parseSecrets(readFileSync(file, 'utf8').trim()), file, isExposed: isExposed(file) };
}

function secretFileOf(databaseFile: string): string {
  return `${databaseFile}.secret`;
}

function isExposed(file: string): boolean {
  return (statSync(file).mode & 0o077) !== 0;
}

/** @returns The secret, or `null` where there is a file already. */
function makeSecretFile(file: string): string | null {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  let descriptor: number;
  try {
    descriptor = openSync(file, 'wx', 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return null;
    throw error;
  }
  try {
    const secret = newSecret();
    writeSync(descriptor, `${secret}\n`);
    // A store whose secret is lost in a power cut is lost itself.
    fsyncSync(descriptor);
    return secret;
  } finally {
    closeSync(descriptor);
  }
}
