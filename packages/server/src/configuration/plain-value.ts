import { buildPath, type Problem } from './problem.js';

const DEEPEST = 32;

/** Auth0's exports write these empty where they are not set. */
const EMPTY_MEANS_ABSENT = new Set([
  'default_audience',
  'initiate_login_uri',
  'logo_uri',
  'logo_url',
  'picture_url',
  'token_endpoint_auth_method',
  'app_type',
]);

/** What people store in these is theirs: `null` stays `null`. */
const OPAQUE = new Set(['user_metadata', 'app_metadata']);

/** What `parsePlainValue` made of untrusted JSON, and what it left out for a reason. */
export interface PlainValue {
  readonly value: unknown;
  readonly problems: readonly Problem[];
}

/**
 * A copy of untrusted JSON that is safe to read by name: no prototype keys, bounded depth. `null` becomes absent,
 * because Auth0's exports write `null` where a field is not set.
 *
 * @returns The copy, and a problem for each key that may not be there.
 */
export function parsePlainValue(value: unknown): PlainValue {
  const problems: Problem[] = [];
  return { value: copy(value, [], false, problems), problems };
}

function copy(value: unknown, path: readonly PropertyKey[], isOpaque: boolean, problems: Problem[]): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (path.length >= DEEPEST) {
    problems.push(problemAt(path, 'nested too deeply', `at most ${DEEPEST} levels are read`));
    return undefined;
  }
  if (Array.isArray(value)) {
    return value.map((item, index) => copy(item, [...path, index], isOpaque, problems));
  }
  if (value instanceof Date) return value.toISOString();
  const copied: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    const memberPath = [...path, key];
    if (isPrototypeKey(key, member)) {
      problems.push(problemAt(memberPath, 'a prototype key', 'no field has this name: remove it'));
      continue;
    }
    if (!isOpaque && (member === null || (member === '' && EMPTY_MEANS_ABSENT.has(key)))) continue;
    copied[key] = copy(member, memberPath, isOpaque || OPAQUE.has(key), problems);
  }
  return copied;
}

/** `constructor` alone is a word people use in their metadata; only with a `prototype` inside does it pollute. */
function isPrototypeKey(key: string, member: unknown): boolean {
  if (key === '__proto__') return true;
  return (
    key === 'constructor' &&
    typeof member === 'object' &&
    member !== null &&
    Object.hasOwn(member, 'prototype')
  );
}

function problemAt(path: readonly PropertyKey[], found: string, expected: string): Problem {
  return { path: buildPath(path), subject: null, found, expected, isReference: false };
}
