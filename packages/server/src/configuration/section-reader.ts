import type { z } from 'zod';
import { type Place, parseEntry, problemAt, type RawEntry } from './parse-entry.js';
import { buildPath, type Problem } from './problem.js';
import { type ListName, placeOf } from './raw-tenant-file.js';

/** Reads the sections of a tenant file one after another and gathers what is wrong and what was left out. */
export class SectionReader {
  readonly problems: Problem[] = [];
  readonly #sections: RawEntry;
  /** By section and field, where a field that nobody knows stands. */
  readonly #unknownFields = new Map<string, string[]>();

  constructor(sections: RawEntry) {
    this.#sections = sections;
  }

  /** @returns `null` where the section is absent or wrong. */
  group<T extends z.ZodType>(name: 'tenant' | 'branding', schema: T): z.output<T> | null {
    const raw = this.#sections[name];
    return raw === undefined ? null : this.#entry(schema, raw, { path: [name], subject: null });
  }

  /** @returns The entries that are right. */
  list<T extends z.ZodType>(name: ListName, schema: T): z.output<T>[] {
    const raw = this.#sections[name] ?? [];
    if (!Array.isArray(raw)) {
      this.problems.push(problemAt({ path: [name], subject: null }, [], raw, 'expected a list'));
      return [];
    }
    const entries = raw.map((item, index) => this.#entry(schema, item, placeOf(name, item, index)));
    return entries.filter((entry) => entry !== null);
  }

  /** One line for a field that many entries have, because an export repeats it in each. */
  unknownFieldWarnings(): string[] {
    return [...this.#unknownFields.values()].map((paths) => {
      const others = paths.length - 1;
      const also = others === 0 ? '' : ` (also in ${others} other ${others === 1 ? 'entry' : 'entries'})`;
      return `${paths[0]}: no such field; it was left out${also}.`;
    });
  }

  #entry<T extends z.ZodType>(schema: T, raw: unknown, place: Place): z.output<T> | null {
    const parsed = parseEntry(schema, raw, place);
    this.problems.push(...parsed.problems);
    for (const field of parsed.unknownFields) {
      const key = `${String(place.path[0])} ${field}`;
      const paths = this.#unknownFields.get(key) ?? [];
      paths.push(`${buildPath(place.path)}.${field}`);
      this.#unknownFields.set(key, paths);
    }
    return parsed.entry;
  }
}
