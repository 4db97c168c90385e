import { z } from 'zod';

/*
 * Building blocks of the tenant file's schemas. The message of each is the rest of the sentence "… is …;", so that
 * a mistake reads the same wherever it is made.
 */

/** A line of text that people read: no control characters, which would forge lines of a log. */
export function text(most = 255) {
  const expected = `expected a text of 1 to ${most} characters in one line`;
  return z
    .string({ error: expected })
    .min(1, expected)
    .max(most, expected)
    .regex(/^[^\p{Cc}\u2028\u2029]*$/u, expected);
}

/** A field that is `true` or `false`, without a default. */
export function flag() {
  return z.boolean({ error: 'expected true or false' });
}

/** Whole seconds, from one. */
export function seconds(most: number, least = 1) {
  const expected = `expected a whole number of seconds from ${least} to ${most}`;
  return z.int({ error: expected }).min(least, expected).max(most, expected);
}

/** Auth0 counts session lifetimes in hours; fractions of an hour are taken too, down to one second. */
export function hours(most: number) {
  const expected = `expected a number of hours from one second (0.0003) to ${most}`;
  return z
    .number({ error: expected })
    .min(1 / 3_600, expected)
    .max(most, expected);
}

/** A field that has one of these words. */
export function oneOf<const T extends readonly [string, ...string[]]>(values: T) {
  return z.enum(values, { error: `expected one of ${values.join(', ')}` });
}

/** A list of entries alike, 1000 at most unless told otherwise. */
export function listOf<T extends z.ZodType>(item: T, most = 1_000) {
  return z.array(item, { error: 'expected a list' }).max(most, `expected at most ${most} entries`);
}

/** A group of fields. Unknown ones are reported by `parseEntry` and left out. */
export function group<T extends z.core.$ZodLooseShape>(shape: T) {
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'invalid_type' ? 'expected a group of fields' : undefined),
  });
}

/** A text that a rule of its own judges. */
export function judged(findFault: (value: string) => string | null) {
  return z
    .string({ error: 'expected a text' })
    .max(2_048, 'expected at most 2048 characters')
    .superRefine((value, context) => {
      const fault = findFault(value);
      if (fault !== null) context.addIssue({ code: 'custom', message: fault });
    });
}

/** RFC 6749 §3.3: `scope-token = 1*( %x21 / %x23-5B / %x5D-7E )`. */
export function scopeName() {
  const expected = 'a scope name has no spaces, quotes or backslashes, and at most 280 characters';
  return z
    .string({ error: expected })
    .max(280, expected)
    .regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, expected);
}

/** What people keep of their own, as it stands. */
export function metadata() {
  return z.record(z.string(), z.unknown(), { error: 'expected a group of fields' });
}
