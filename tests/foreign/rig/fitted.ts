import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/**
 * A copy of a configuration file with the addresses of this run. Each text to be replaced has to stand in it, so that a
 * page of the guide cannot lose one unnoticed.
 *
 * @param into the folder for the copy.
 * @returns the path of the copy.
 */
export function fitted(file: string, into: string, replaced: Readonly<Record<string, string>>): string {
  let text = readFileSync(file, 'utf8');
  for (const [from, to] of Object.entries(replaced)) {
    if (!text.includes(from)) throw new Error(`${file} does not name ${from}`);
    text = text.replaceAll(from, to);
  }
  const copy = join(into, basename(file));
  writeFileSync(copy, text);
  return copy;
}
