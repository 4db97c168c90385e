export function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}

export function isLimit(value: unknown): value is number | null {
  return value === null || (typeof value === 'number' && Number.isSafeInteger(value) && value > 0);
}
