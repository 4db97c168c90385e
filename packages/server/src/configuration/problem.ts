/** One mistake in a setting or in the tenant file. */
export interface Problem {
  /** Where it is, from the root: `clients[0].web_origins[1]`. */
  readonly path: string;
  /** What a person calls the entry it is in: `client "harbour-shop"`; `null` outside of entries. */
  readonly subject: string | null;
  /** What stands there, as it may be shown: never a secret. */
  readonly found: string;
  /** What would be right, as the rest of a sentence. */
  readonly expected: string;
  /** Whether it is a name that the file does not explain; an entry that the store already holds may. */
  readonly isReference: boolean;
}

/** Mistakes that were found before anything was changed. All of them, not only the first. */
export class TenantFileError extends Error {
  override readonly name = 'TenantFileError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(buildProblemText).join('\n'));
    this.problems = problems;
  }
}

/**
 * The sentence a developer reads: what was found where, what was expected.
 *
 * @example `client "harbour-shop": web_origins[1] is "https://shop.example.com/"; an origin has no path: write "https://shop.example.com".`
 */
export function buildProblemText(problem: Problem): string {
  const where =
    problem.subject === null
      ? problem.path
      : `${problem.subject}: ${problem.path.replace(/^[A-Za-z]+\[\d+\]\.?/, '') || 'the entry'}`;
  return `${where} is ${problem.found}; ${problem.expected}.`;
}

/** `['clients', 0, 'web_origins', 1]` as `clients[0].web_origins[1]`. */
export function buildPath(segments: readonly PropertyKey[]): string {
  return segments.reduce<string>((path, segment) => {
    if (typeof segment === 'number') return `${path}[${segment}]`;
    return path === '' ? String(segment) : `${path}.${String(segment)}`;
  }, '');
}

const SECRET_FIELDS = new Set([
  'client_secret',
  'signing_secret',
  'password',
  'password_hash',
  'jwks',
  'initial_access_tokens',
]);

/** A found value as it may be shown: short, quoted, and without its content where it is a secret. */
export function buildFoundText(value: unknown, segments: readonly PropertyKey[]): string {
  if (value === undefined) return 'missing';
  if (segments.some((segment) => SECRET_FIELDS.has(String(segment)))) {
    return typeof value === 'string' ? `a text of ${value.length} characters` : `${kindOf(value)}`;
  }
  if (typeof value === 'object' && value !== null) return kindOf(value);
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 120 ? `${text.slice(0, 117)}…"` : text;
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === 'object' ? 'a group of fields' : `a ${typeof value}`;
}
