import { isLocalHostname } from '@sojourn/server/words';
import type { Parsed } from './parsed.js';

/**
 * The issuer, which everything compares as an exact string: in the form a browser would write it, at the root of its
 * origin, ending in `/`.
 *
 * @see OIDC Discovery 1.0 §3 "a URL using the https scheme with no query or fragment components"
 */
export function parseIssuer(text: string): Parsed<string> {
  if (!URL.canParse(text)) return { expected: 'expected an address such as https://id.example.com/' };
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return { expected: 'expected an https address' };
  const root = `${url.origin}/`;
  if (url.username !== '' || url.password !== '') {
    return { expected: `an issuer carries no user name: write ${JSON.stringify(root)}` };
  }
  if (url.search !== '' || url.hash !== '') {
    return { expected: `an issuer has no query and no fragment: write ${JSON.stringify(root)}` };
  }
  if (url.pathname !== '/') {
    return { expected: `the SDKs look at the root of the origin only: write ${JSON.stringify(root)}` };
  }
  // No __Host- cookie exists on plain http elsewhere, so nobody could sign in.
  if (url.protocol === 'http:' && !isLocalHostname(url.hostname)) {
    const secure = `https://${url.host}/`;
    return {
      expected: `plain http is for localhost, *.localhost and loopback addresses only: write ${JSON.stringify(secure)}`,
    };
  }
  if (text !== root)
    return { expected: `the issuer is compared as an exact string: write ${JSON.stringify(root)}` };
  return { value: text };
}
