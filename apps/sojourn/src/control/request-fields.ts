/** Whether a field of a request is a text, or says that there is none. */
export function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}

/** Whether a field of a request is a number of lines from 1, or says that there is no limit. */
export function isLimit(value: unknown): value is number | null {
  return value === null || (typeof value === 'number' && Number.isSafeInteger(value) && value > 0);
}
