import { mutantsOf } from './entry.js';

const cookies = mutantsOf('http/cookies.ts', ['http/cookies.test.ts']);
const parameters = mutantsOf('http/parameters.ts', ['http/parameters.test.ts']);
const responses = mutantsOf('http/responses.ts', ['tests/http/page-headers.test.ts']);
const fetchMetadata = mutantsOf('http/fetch-metadata.ts', ['http/fetch-metadata.test.ts']);
const escapeText = mutantsOf('http/escape.ts', ['http/escape.test.ts']);
const cors = mutantsOf('http/cors.ts', ['tests/http/cors-and-browser-rule.test.ts']);
const preflight = mutantsOf('configuration/preflight.ts', ['tests/http/cors-and-browser-rule.test.ts']);
const listener = mutantsOf('http/listener.ts', ['http/listener.test.ts']);
const page = mutantsOf('pages/render.ts', ['pages/render.test.ts']);

export const HTTP = [
  cookies('if (found !== null) return null;', '', 'a cookie that stands twice counts as absent'),
  cookies(
    '|| pair.charCodeAt(name.length) !== 61 /* = */',
    '',
    'a cookie whose name begins alike is another',
  ),
  cookies(
    'for (const name of doubled) found.delete(name);',
    '',
    'of many cookies those that stand twice are left out',
  ),
  cookies('; Path=/; Secure; HttpOnly;', '; Path=/; Secure;', 'no script reads a cookie of ours'),
  cookies('Path=/; Secure;', 'Path=/;', 'our cookies travel by TLS alone'),
  parameters(
    `if (pieces.length > MOST_PARAMETERS) return null;`,
    '',
    'a form has a hundred parameters at most',
    ['http/parameters.test.ts', 'tests/http/hostile-input.test.ts'],
  ),
  parameters(
    `return decoded.includes('\\0') ? null : decoded;`,
    'return decoded;',
    'a parameter holds no NUL',
  ),
  parameters(`!/^charset="?utf-8"?$/.test(charset)`, 'false', 'a body in another charset is refused', [
    'http/parameters.test.ts',
    'tests/http/token-endpoint.test.ts',
  ]),
  responses(
    `'strict-transport-security': 'max-age=31536000; includeSubDomains',`,
    '',
    'over https every answer asks for https',
  ),
  responses(`'x-content-type-options': 'nosniff',`, '', 'no answer is taken for another type'),
  responses(
    `export const NO_STORE: Headers = { 'cache-control': 'no-store', pragma: 'no-cache' };`,
    `export const NO_STORE: Headers = { pragma: 'no-cache' };`,
    'no answer that a request shaped stays in a cache',
    ['tests/http/page-headers.test.ts', 'tests/http/token-endpoint.test.ts'],
  ),
  responses(
    'return { status: 303, headers: { location, ...NO_STORE',
    'return { status: 307, headers: { location, ...NO_STORE',
    'a posted password does not travel on',
    ['tests/http/sign-in.test.ts', 'tests/http/posted-requests.test.ts'],
  ),
  fetchMetadata('if (isPrefetch(request)) return false;', '', 'a prefetch is no visit'),
  fetchMetadata(
    `(destination === undefined || destination === 'document')`,
    `(destination === undefined || destination !== 'image')`,
    'a frame is no visit',
  ),
  fetchMetadata(
    `if (site !== undefined) return site !== 'same-origin' && site !== 'none';`,
    `if (site !== undefined) return site === 'cross-site';`,
    'a sibling site is another site',
  ),
  escapeText(`'"': '&quot;', `, '', 'no text leaves its attribute'),
  escapeText(
    `if (!/[<>&\\u2028\\u2029]/.test(text)) return text;`,
    'return text;',
    'no value leaves its script',
  ),
  preflight(
    `if (standing !== null) return answerPreflight(origin, credentials && standing === 'credentials');`,
    `return answerPreflight(origin, credentials && standing === 'credentials');`,
    'a page that no client lists is told nothing at preflight',
  ),
  cors(
    `...(credentials && { 'access-control-allow-credentials': 'true' }),`,
    `'access-control-allow-credentials': 'true',`,
    'cookies count at the token endpoint alone',
  ),
  listener('app.server.headersTimeout = headMs;', '', 'a head that never ends is cut off', [
    'http/listener.test.ts',
    'tests/http/hostile-input.test.ts',
  ]),
  page(
    `return url !== null && /^https?:\\/\\//i.test(url) && URL.canParse(url) ? url : null;`,
    'return url;',
    'a link that runs what follows is not shown',
  ),
  page(`'Cross-Origin-Resource-Policy': 'same-origin',`, '', 'no other site embeds our pages’ bytes', [
    'pages/render.test.ts',
    'tests/http/page-headers.test.ts',
  ]),
  page(`"frame-ancestors 'none'",`, '', 'no page of ours is framed', [
    'pages/render.test.ts',
    'tests/http/page-headers.test.ts',
  ]),
  page(`"default-src 'none'",`, '', 'a page loads nothing that it does not name', [
    'pages/render.test.ts',
    'tests/http/page-headers.test.ts',
  ]),
];
