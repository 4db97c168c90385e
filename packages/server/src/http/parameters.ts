/** Request parameters in the order they came, repeats included. @see RFC 6749 §3.1 */
export class Parameters {
  readonly #pairs: readonly (readonly [string, string])[];

  constructor(pairs: readonly (readonly [string, string])[]) {
    this.#pairs = pairs;
  }

  /** A parameter without a value counts as absent (RFC 6749 §3.1). Where repeated: the first. */
  get(name: string): string | undefined {
    for (const [key, value] of this.#pairs) if (key === name) return value === '' ? undefined : value;
    return undefined;
  }

  getAll(name: string): string[] {
    return this.#pairs.filter(([key, value]) => key === name && value !== '').map(([, value]) => value);
  }

  /** Whether the name appears at all, with or without a value: Auth0's bare `&federated`. */
  has(name: string): boolean {
    return this.#pairs.some(([key]) => key === name);
  }

  /** The first name that appears more than once, leaving out those that may. */
  repeated(except: readonly string[] = []): string | undefined {
    const seen = new Set<string>();
    for (const [key] of this.#pairs) {
      if (seen.has(key) && !except.includes(key)) return key;
      seen.add(key);
    }
    return undefined;
  }

  /** Whether this name appears more than once, with or without values. */
  isRepeated(name: string): boolean {
    return this.#pairs.filter(([key]) => key === name).length > 1;
  }

  get pairs(): readonly (readonly [string, string])[] {
    return this.#pairs;
  }
}

const MOST_PARAMETERS = 100;

/**
 * Reads `application/x-www-form-urlencoded`, of a query or a body.
 *
 * @returns `null` where a percent sequence is no UTF-8, a value holds NUL, or there are over 100 parameters.
 */
export function parseForm(raw: string): Parameters | null {
  if (raw === '') return new Parameters([]);
  const pieces = raw.split('&');
  if (pieces.length > MOST_PARAMETERS) return null;
  const pairs: [string, string][] = [];
  for (const piece of pieces) {
    if (piece === '') continue;
    const equals = piece.indexOf('=');
    const name = decode(equals === -1 ? piece : piece.slice(0, equals));
    const value = equals === -1 ? '' : decode(piece.slice(equals + 1));
    if (name === null || value === null) return null;
    pairs.push([name, value]);
  }
  return new Parameters(pairs);
}

function decode(text: string): string | null {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return spaced.includes('\0') ? null : spaced;
  try {
    const decoded = decodeURIComponent(spaced);
    return decoded.includes('\0') ? null : decoded;
  } catch {
    return null;
  }
}

/**
 * Reads a JSON object of strings, numbers and booleans, as Auth0's older SDKs post it. Nested values are left out:
 * no parameter here has any.
 *
 * @returns `null` where the body is no JSON object, or a value holds NUL, which no form could bring either.
 */
export function parseJsonParameters(raw: string): Parameters | null {
  try {
    const value: unknown = JSON.parse(raw);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    const pairs: [string, string][] = [];
    for (const [name, member] of Object.entries(value)) {
      if (!['string', 'number', 'boolean'].includes(typeof member)) continue;
      if (name.includes('\0') || String(member).includes('\0')) return null;
      pairs.push([name, String(member)]);
    }
    return pairs.length > MOST_PARAMETERS ? null : new Parameters(pairs);
  } catch {
    return null;
  }
}

/** The parameters of a form that a browser posts; nothing else counts as one. @returns `null` for anything else. */
export function parseFormBody(contentType: string | undefined, raw: string): Parameters | null {
  const isForm = /^application\/x-www-form-urlencoded *(?:;|$)/i.test(contentType ?? '');
  const body = isForm ? parseBody(contentType, raw) : null;
  return body?.ok ? body.parameters : null;
}

/** @returns the body's parameters by its media type, or what is wrong with it. */
export function parseBody(
  contentType: string | undefined,
  raw: string,
): { ok: true; parameters: Parameters } | { ok: false; status: 400 | 415 } {
  const [mediaType = '', ...attributes] = (contentType ?? '').toLowerCase().split(';');
  const charset = attributes
    .map((attribute) => attribute.trim())
    .find((attribute) => attribute.startsWith('charset='));
  if (charset !== undefined && !/^charset="?utf-8"?$/.test(charset)) return { ok: false, status: 415 };
  let parameters: Parameters | null;
  if (mediaType.trim() === 'application/x-www-form-urlencoded') parameters = parseForm(raw);
  else if (mediaType.trim() === 'application/json') parameters = parseJsonParameters(raw);
  else return { ok: false, status: 415 };
  return parameters === null ? { ok: false, status: 400 } : { ok: true, parameters };
}
