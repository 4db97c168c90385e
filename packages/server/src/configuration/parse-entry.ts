import type { z } from 'zod';
import { buildFoundText, buildPath, type Problem } from './problem.js';

/** A piece of the file as it was written, safe to read by name. */
export type RawEntry = Readonly<Record<string, unknown>>;

/** Where an entry stands and what a person calls it. */
export interface Place {
  readonly path: readonly PropertyKey[];
  readonly subject: string | null;
}

/** One entry of the tenant file, read as far as it could be. */
export type ParsedEntry<T> = {
  /** `null` where a problem was found. */
  readonly entry: T | null;
  readonly problems: readonly Problem[];
  /** Paths of fields that no schema names, within the entry: `oidc_logout`, `refresh_token.policies`. */
  readonly unknownFields: readonly string[];
};

/**
 * Reads one entry by its schema. Fields that it does not know are left out and named, because exports of Auth0
 * tenants have many.
 */
export function parseEntry<T extends z.ZodType>(
  schema: T,
  raw: unknown,
  place: Place,
): ParsedEntry<z.output<T>> {
  const strict = schema.safeParse(raw);
  if (strict.success) return { entry: strict.data, problems: [], unknownFields: [] };
  const unknownFields = strict.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [],
  );
  const known = unknownFields.reduce((value, path) => without(value, path), raw);
  const parsed = schema.safeParse(known);
  return {
    entry: parsed.success ? parsed.data : null,
    problems: parsed.success ? [] : parsed.error.issues.map((issue) => problemOf(issue, known, place)),
    unknownFields: unknownFields.map(buildPath),
  };
}

function problemOf(issue: z.core.$ZodIssue, raw: unknown, place: Place): Problem {
  const found = issue.path.reduce<unknown>((value, key) => memberOf(value, key), raw);
  return problemAt(place, issue.path, found, issue.message);
}

/** A problem of a field of an entry. */
export function problemAt(
  place: Place,
  field: readonly PropertyKey[],
  found: unknown,
  expected: string,
  isReference = false,
): Problem {
  const path = [...place.path, ...field];
  return {
    path: buildPath(path),
    subject: place.subject,
    found: buildFoundText(found, path),
    expected,
    isReference,
  };
}

function memberOf(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<PropertyKey, unknown>)[key]
    : undefined;
}

function without(value: unknown, [first, ...rest]: readonly PropertyKey[]): unknown {
  if (first === undefined || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    return value.map((item, index) => (index === first ? without(item, rest) : item));
  }
  const copied: Record<PropertyKey, unknown> = { ...value };
  if (rest.length === 0) delete copied[first];
  else copied[first] = without(copied[first], rest);
  return copied;
}

/** The text of a field, `null` where it is absent or something else: that is the schema's to report. */
export function textOf(entry: RawEntry | undefined, field: string): string | null {
  const value = entry?.[field];
  return typeof value === 'string' ? value : null;
}

/** The texts of a list with their positions. */
export function textsOf(entry: RawEntry, field: string): readonly (readonly [number, string])[] {
  const value = entry[field];
  if (!Array.isArray(value)) return [];
  return value.flatMap((item, index) => (typeof item === 'string' ? [[index, item] as const] : []));
}

/** The group of fields under a name, empty where it is absent or something else. */
export function groupOf(entry: RawEntry, field: string): RawEntry {
  const value = entry[field];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as RawEntry) : {};
}
