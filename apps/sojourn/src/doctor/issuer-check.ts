import { isLocalHostname } from '@sojourn/server/words';
import { buildServerDrift } from './clock-check.js';
import { type Finding, failed, ok, warning } from './finding.js';
import { getJson, type JsonAnswer } from './get-json.js';

/** What answers at the issuer's address. */
export interface ExaminedIssuer {
  readonly finding: Finding;
  /** The clock of whatever answers there; `null` where nothing did. */
  readonly clockAheadMs: number | null;
}

/**
 * Whether applications that know the issuer find this server there: its discovery document, under exactly that name,
 * and every key of this store in the key set.
 *
 * @param kids What the key set must hold; empty where the store was not read.
 * @param options.hasServer Whether a server runs on this store; else nothing need answer.
 * @param options.extraCa PEM of authorities that are trusted beside the usual ones.
 */
export async function examineIssuer(
  issuer: string,
  kids: readonly string[],
  options: { readonly hasServer: boolean; readonly extraCa: string | null },
): Promise<ExaminedIssuer> {
  const url = `${issuer}.well-known/openid-configuration`;
  let answer: JsonAnswer;
  try {
    answer = await getJson(url, options.extraCa);
  } catch (error) {
    return { finding: judgeUnreachable(issuer, error, options.hasServer), clockAheadMs: null };
  }
  const { date, age } = answer.headers;
  const clockAheadMs = buildServerDrift({ date, age }, answer);
  const fault = findDiscoveryFault(answer, issuer);
  if (fault !== null) {
    return {
      finding: failed('issuer', `${url} ${fault}`, 'Look at the proxy, and at --issuer.'),
      clockAheadMs,
    };
  }
  if (!options.hasServer) {
    const found = `A server answers at ${issuer}, and none runs on this store.`;
    return {
      finding: warning('issuer', found, 'Name the store of that server: --database-url.'),
      clockAheadMs,
    };
  }
  const { jwks_uri } = answer.body as Record<string, unknown>;
  return { finding: await examineKeySet(issuer, String(jwks_uri), kids, options.extraCa), clockAheadMs };
}

/** An old copy is how a rotation hurts: tokens signed by a key that it lacks do not verify. */
async function examineKeySet(
  issuer: string,
  url: string,
  kids: readonly string[],
  extraCa: string | null,
): Promise<Finding> {
  try {
    const { body } = await getJson(url, extraCa);
    const published = findKids(body);
    const missing = kids.filter((kid) => !published.includes(kid));
    if (missing.length === 0)
      return ok('issuer', `${issuer} answers under its name, with the keys of this store.`);
    const found = `The key set at ${url} lacks ${missing.join(', ')}.`;
    return failed('issuer', found, 'A proxy keeps an old copy, or another server answers there.');
  } catch (error) {
    return judgeUnreachable(url, error, true);
  }
}

function findKids(body: unknown): unknown[] {
  const keys = typeof body === 'object' && body !== null && 'keys' in body ? body.keys : null;
  return Array.isArray(keys) ? keys.map((key) => (key as { kid?: unknown } | null)?.kid) : [];
}

/** What is wrong with a discovery document, as the rest of a sentence. OIDC Discovery 1.0 §4.3: the issuer "MUST exactly match". */
function findDiscoveryFault({ status, body }: JsonAnswer, issuer: string): string | null {
  if (status !== 200) return `answers ${status}; expected 200.`;
  if (typeof body !== 'object' || body === null) return 'is no JSON document.';
  const named = (body as Record<string, unknown>).issuer;
  return named === issuer
    ? null
    : `names the issuer ${JSON.stringify(named)}; expected exactly ${JSON.stringify(issuer)}.`;
}

function judgeUnreachable(address: string, error: unknown, hasServer: boolean): Finding {
  if (!(error instanceof Error)) throw error;
  const { code } = error as NodeJS.ErrnoException;
  const why =
    error.name === 'TimeoutError' || error.name === 'AbortError'
      ? 'no answer in 5 s'
      : (code ?? error.message);
  const found = `${address} cannot be reached from here: ${why}.`;
  if (!hasServer) return warning('issuer', found, 'No server runs on this store, so nothing need answer.');
  const isCertificate = /CERT|SELF_SIGNED|ISSUER|ALTNAME/.test(code ?? '');
  const advice = isCertificate
    ? 'Serve the whole chain, or name its authority: --extra-ca.'
    : 'Look at name service, firewall and proxy, and at --issuer.';
  return failed('issuer', found, advice);
}

/** Whether browsers keep the session at an issuer. @see design.md 2 "no `__Host-` cookie exists elsewhere" */
export function judgeCookies(issuer: string): Finding {
  const url = URL.canParse(issuer) ? new URL(issuer) : null;
  if (url?.protocol === 'https:')
    return ok('cookies', 'The issuer is https: browsers keep the session cookie.');
  if (url?.protocol === 'http:' && isLocalHostname(url.hostname)) {
    return ok(
      'cookies',
      `${url.hostname} is this machine: browsers keep the session cookie over plain http here only.`,
    );
  }
  const found = `Browsers keep no session cookie at ${JSON.stringify(issuer)}, so nobody can sign in.`;
  const advice = 'Use https; plain http is for localhost, *.localhost and loopback addresses only.';
  return failed('cookies', found, advice);
}
