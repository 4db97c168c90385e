import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** `sun_path` holds 104 bytes on macOS and the BSDs, 108 on Linux, its end included. */
const BYTES_AT_MOST = 103;

/**
 * Where the server of a SQLite file listens for commands: `FILE.socket` beside it, or under the temporary directory
 * where that is too long for a socket's name.
 *
 * @param databaseFile Absolute path, so that server and command find the same name.
 * @throws Error where the temporary directory's folder belongs to somebody else: they could answer in our place.
 */
export function controlSocketPath(databaseFile: string): string {
  const beside = `${databaseFile}.socket`;
  if (Buffer.byteLength(beside) <= BYTES_AT_MOST) return beside;
  const folder = join(tmpdir(), `sojourn-${process.getuid?.() ?? 'user'}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const standing = lstatSync(folder);
  const isOurs = process.getuid === undefined || standing.uid === process.getuid();
  if (!standing.isDirectory() || !isOurs || (standing.mode & 0o077) !== 0) {
    throw new Error(`${folder} must be a directory of yours with mode 0700; remove it or set TMPDIR.`);
  }
  const name = createHash('sha256').update(databaseFile).digest('hex').slice(0, 24);
  return join(folder, `${name}.socket`);
}
