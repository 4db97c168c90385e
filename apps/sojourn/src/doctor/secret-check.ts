import { checkSecrets, SecretError, type Secrets, type Store } from '@sojourn/server';
import { readSecretFile } from '../start/secret-file.js';
import { type Finding, failed, ok, warning } from './finding.js';

/** Whether the secret that was given is the store's. */
export interface ExaminedSecrets {
  readonly finding: Finding;
  /** `null` where there are none, or they are not this store's. */
  readonly secrets: Secrets | null;
}

/**
 * Whether the secret is there, is this store's, and is nobody else's to read.
 *
 * @param given As a setting, with the name it was given under.
 * @param file The SQLite file beside which it may lie; `null` with another store.
 * @param options.hasServer A running server may have been given it where this command was not.
 */
export async function examineSecrets(
  file: string | null,
  given: { readonly secrets: Secrets; readonly from: string } | null,
  store: Store | null,
  options: { readonly hasServer: boolean },
): Promise<ExaminedSecrets> {
  try {
    const beside = given === null && file !== null ? readSecretFile(file) : null;
    const secrets = given?.secrets ?? beside?.secrets;
    if (secrets === undefined) return { finding: judgeMissing(file, options.hasServer), secrets: null };
    if (store !== null) await checkWithoutWriting(secrets, store);
    const where = given === null ? `${file}.secret` : given.from;
    const kids = secrets.all.map(({ kid }) => `"${kid}"`).join(', ');
    const found = `${where} holds ${kids}${store === null ? '' : ', as this store knows'}.`;
    const finding = beside?.isExposed
      ? warning('secret', `${found} Others can read it.`, `Run: chmod 600 ${beside.file}`)
      : ok('secret', found);
    return { finding, secrets };
  } catch (error) {
    return { finding: judgeError(error, file), secrets: null };
  }
}

function judgeMissing(file: string | null, hasServer: boolean): Finding {
  const found =
    file === null ? 'No secret was given.' : `No secret was given, and there is no ${file}.secret.`;
  return hasServer
    ? warning('secret', `${found} The running server has one.`, 'Give it here too: SOJOURN_SECRET.')
    : failed('secret', found, 'Restore the file, or set SOJOURN_SECRET: without it the store does not open.');
}

function judgeError(error: unknown, file: string | null): Finding {
  if (!(error instanceof Error)) throw error;
  if (error instanceof SecretError) {
    const found = error.message.replace(/^./, (letter) => letter.toUpperCase());
    return failed('secret', found, 'The server would not start with it.');
  }
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) throw error;
  return failed('secret', `${file}.secret cannot be read (${code}).`, 'Run this as the user of the server.');
}

/**
 * Judges as a start would, and leaves a secret that is new unknown: a start decides that, not a look.
 *
 * @throws SecretError
 */
async function checkWithoutWriting(secrets: Secrets, store: Store): Promise<void> {
  const known = await store.adoptSecretChecks(new Map());
  const isListed = secrets.all.some(({ kid }) => known.has(kid));
  await checkSecrets(secrets, {
    ...store,
    adoptSecretChecks: async (checks) =>
      known.size === 0 || isListed ? new Map([...checks, ...known]) : known,
  });
}
