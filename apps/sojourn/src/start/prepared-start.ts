import { existsSync, readFileSync } from 'node:fs';
import { buildProblemText, type Problem, parseTenantFile } from '@sojourn/server';
import type { GivenSettings } from '../settings/given-settings.js';
import { parseSettings, problemOf, type Settings } from '../settings/settings.js';
import { readTenantDocument } from './tenant-document.js';

/** Everything that could be checked before anything is opened. */
export interface PreparedStart {
  readonly settings: Settings;
  /** The tenant file's content, `undefined` where none was named. */
  readonly tenantDocument: unknown;
  readonly tls: { readonly cert: string; readonly key: string } | null;
  /** The certificates of `--extra-ca`. */
  readonly extraCa: string | null;
}

/** Everything that a start needs, or every mistake that keeps it from beginning. */
export type Preparation =
  | { readonly ok: true; readonly prepared: PreparedStart }
  | { readonly ok: false; readonly mistakes: readonly string[] };

/**
 * Reads settings, certificates and the tenant file, and finds all mistakes in all of them at once. A name in the
 * tenant file that only an existing store can explain is left for when the store is open.
 *
 * @param tenantFile What `--tenant` names.
 */
export function prepareStart(given: GivenSettings, tenantFile: string | undefined): Preparation {
  const outcome = parseSettings(given);
  const mistakes = outcome.ok ? [] : outcome.problems.map(buildProblemText);
  const files = readFiles(given);
  mistakes.push(...files.problems.map(buildProblemText));

  const document = tenantFile === undefined ? null : readTenantDocument(tenantFile);
  if (document !== null) {
    const database = outcome.ok ? outcome.settings.database : null;
    const hasStore =
      database?.kind === 'postgres' || (database?.kind === 'file' && existsSync(database.file));
    mistakes.push(...(document.ok ? findTenantMistakes(document.value, hasStore) : document.mistakes));
  }
  if (!outcome.ok || mistakes.length > 0) return { ok: false, mistakes };
  const tenantDocument = document?.ok === true ? document.value : undefined;
  const { tls, extraCa } = files;
  return { ok: true, prepared: { settings: outcome.settings, tenantDocument, tls, extraCa } };
}

function findTenantMistakes(value: unknown, hasStore: boolean): string[] {
  const outcome = parseTenantFile(value);
  if (outcome.ok) return [];
  const areAllReferences = outcome.problems.every((problem) => problem.isReference);
  return hasStore && areAllReferences ? [] : outcome.problems.map(buildProblemText);
}

/** The files that settings name, also where other settings are wrong: all mistakes are told at once. */
function readFiles(
  given: GivenSettings,
): Pick<PreparedStart, 'tls' | 'extraCa'> & { problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const read = (name: 'tlsCert' | 'tlsKey' | 'extraCa', label: RegExp): string | null => {
    const file = given[name]?.text;
    if (file === undefined || file === '') return null;
    try {
      const text = readFileSync(file, 'utf8');
      if (label.test(text)) return text;
      problems.push(
        problemOf(given, name, JSON.stringify(file), 'the file is not in PEM form, or holds something else'),
      );
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const why = code === 'ENOENT' ? 'there is no such file' : `the file cannot be read (${code})`;
      problems.push(problemOf(given, name, JSON.stringify(file), why));
    }
    return null;
  };
  const certificate = /-----BEGIN (TRUSTED )?CERTIFICATE-----/;
  const cert = read('tlsCert', certificate);
  const key = read('tlsKey', /-----BEGIN [A-Z ]*PRIVATE KEY-----/);
  const extraCa = read('extraCa', certificate);
  return { tls: cert === null || key === null ? null : { cert, key }, extraCa, problems };
}
