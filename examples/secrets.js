import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * What Harbour Desk must keep to itself: its secret at the token endpoint, and the key of its session cookie.
 *
 * @typedef {{ deskClientSecret: string, deskCookieSecret: string }} DeskSecrets
 */

/** @returns {DeskSecrets} */
export function newSecrets() {
  return {
    deskClientSecret: randomBytes(32).toString('base64url'),
    deskCookieSecret: randomBytes(32).toString('base64url'),
  };
}

/**
 * The secrets kept in the folder, made at the first start: a visitor stays signed in at the desk when the demo restarts.
 *
 * @param {string} folder which exists
 * @returns {Promise<DeskSecrets>}
 */
export async function keepSecrets(folder) {
  const file = join(folder, 'desk-secrets.json');
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ENOENT') {
      throw new Error(`${file} is not readable. Delete it to make new secrets.`, { cause: error });
    }
  }
  const secrets = newSecrets();
  await writeFile(file, JSON.stringify(secrets), { mode: 0o600 });
  return secrets;
}
