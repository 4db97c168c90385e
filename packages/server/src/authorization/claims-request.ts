import { CLAIMS_BY_SCOPE, type OidcScope } from '@sojourn/protocol';

/** What the `claims` parameter asks for, beyond the scopes. @see OIDC Core §5.5 */
export interface ClaimsRequest {
  /** Standard claims asked for in the ID token. */
  readonly idToken: readonly string[];
  /** Standard claims asked for at userinfo. */
  readonly userinfo: readonly string[];
  /** The End-User that the answer must be about. */
  readonly sub: string | null;
  /** Whether `acr` is asked for. */
  readonly acr: boolean;
  /** Values of `acr` without one of which the client wants no answer; `null` where any will do. */
  readonly essentialAcrs: readonly string[] | null;
}

const LONGEST = 4_096;

const STANDARD_CLAIMS: ReadonlyMap<string, OidcScope> = new Map(
  Object.entries(CLAIMS_BY_SCOPE).flatMap(([scope, claims]) =>
    claims.map((claim) => [claim, scope as OidcScope] as const),
  ),
);

/**
 * Reads the `claims` parameter. Claims that nobody here knows are left out: "Claims that are not understood MUST be
 * ignored".
 *
 * @returns `null` where it is no JSON object of the form §5.5 gives.
 */
export function parseClaimsRequest(text: string): ClaimsRequest | null {
  if (text.length > LONGEST) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isObject(value)) return null;
  const idToken = member(value, 'id_token');
  const userinfo = member(value, 'userinfo');
  if (idToken === null || userinfo === null) return null;
  const subs = [idToken, userinfo].flatMap((asked) => valuesOf(asked, 'sub'));
  const acr = Object.hasOwn(idToken, 'acr') ? idToken.acr : undefined;
  const acrs = valuesOf(idToken, 'acr');
  return {
    idToken: standardClaims(idToken),
    userinfo: standardClaims(userinfo),
    // Two different End-Users cannot both be meant.
    sub: new Set(subs).size === 1 ? (subs[0] ?? null) : null,
    acr: acr !== undefined,
    essentialAcrs: isObject(acr) && acr.essential === true && acrs.length > 0 ? acrs : null,
  };
}

/** The scopes that stand for claims asked for one by one, so that consent speaks of both in the same words. */
export function scopesOfClaims({ idToken, userinfo }: ClaimsRequest): OidcScope[] {
  const scopes = [...idToken, ...userinfo].map((claim) => STANDARD_CLAIMS.get(claim));
  return [...new Set(scopes.filter((scope) => scope !== undefined))];
}

type JsonObject = Readonly<Record<string, unknown>>;

function member(value: JsonObject, name: string): JsonObject | null {
  if (!Object.hasOwn(value, name)) return {};
  const found = value[name];
  return isObject(found) ? found : null;
}

function standardClaims(asked: JsonObject): string[] {
  return Object.keys(asked).filter((name) => STANDARD_CLAIMS.has(name));
}

function valuesOf(asked: JsonObject, name: string): string[] {
  const claim = Object.hasOwn(asked, name) ? asked[name] : null;
  if (!isObject(claim)) return [];
  const values = Array.isArray(claim.values) ? claim.values : [claim.value];
  return values.filter((one) => typeof one === 'string');
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
