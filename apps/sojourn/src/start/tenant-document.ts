import { readFileSync } from 'node:fs';
import { LineCounter, parseDocument } from 'yaml';

/** A tenant file's content before its fields are looked at, or what is wrong with its form. */
export type TenantDocument =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly mistakes: readonly string[] };

/** Far more than a tenant with ten thousand users needs. */
const BYTES_AT_MOST = 64 * 1024 * 1024;
/** Aliases of aliases grow without bound; a file written by hand or by a tool has a handful. */
const ALIASES_AT_MOST = 1_000;

/** Reads a tenant file. JSON is YAML, so one reader serves both. */
export function readTenantDocument(file: string): TenantDocument {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`;
    return { ok: false, mistakes: [`--tenant is ${JSON.stringify(file)}; ${why}.`] };
  }
  return parseTenantDocument(text, file);
}

/** @param file Its name, for messages. */
export function parseTenantDocument(text: string, file: string): TenantDocument {
  if (text.length > BYTES_AT_MOST) return { ok: false, mistakes: [`${file} is larger than 64 MiB.`] };
  const lines = new LineCounter();
  // Auth0's deploy tool knows merge keys and YAML 1.1 aliases of them; the rest is YAML 1.2.
  const document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false });
  if (document.errors.length > 0) {
    const mistakes = document.errors.map((error) => {
      const { line, col } = lines.linePos(error.pos[0]);
      return `${file}, line ${line}, column ${col}: ${error.message.replace(/\.?$/, '.')}`;
    });
    return { ok: false, mistakes };
  }
  try {
    return { ok: true, value: document.toJS({ maxAliasCount: ALIASES_AT_MOST }) };
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    return { ok: false, mistakes: [`${file} has too many or unresolved aliases: ${error.message}.`] };
  }
}
