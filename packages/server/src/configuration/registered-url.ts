/** Schemes that a browser runs or reads locally instead of visiting. */
const DANGEROUS_SCHEMES = new Set([
  'javascript:',
  'data:',
  'vbscript:',
  'blob:',
  'file:',
  'about:',
  'filesystem:',
]);

const WILDCARD = 'wildcards are not supported: write each address in full';

/** Schemes of one word that belong to the system of a device and to no application. */
const SYSTEM_SCHEMES = new Set(
  'android-app: chrome: content: ftp: intent: mailto: ms-settings: resource: sms: tel: view-source: ws: wss:'.split(
    ' ',
  ),
);

/** An answer of these functions: what is wrong, as the rest of a sentence, or `null` where nothing is. */
type Fault = string | null;

/**
 * Whether a host is this machine itself, where plain http is a secure context.
 * @param hostname As `URL` gives it, IPv6 in brackets.
 */
export function isLocalHostname(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname) ||
    hostname === '[::1]'
  );
}

/**
 * What is wrong with a URL that a browser may be sent to with something of value: callbacks, logout addresses.
 *
 * @param options.allowsCustomScheme Native clients may register `com.example.app:/callback` (RFC 8252 §7.1); `with-a-dot`
 *   refuses schemes of one word, which any application may take for its own.
 * @param options.allowsFragment RFC 6749 §3.1.2: a redirection endpoint "MUST NOT include a fragment component".
 */
export function findRedirectUrlFault(
  text: string,
  options: { readonly allowsCustomScheme: boolean | 'with-a-dot'; readonly allowsFragment: boolean },
): Fault {
  const url = parseAbsoluteUrl(text);
  if (typeof url === 'string') return url;
  // Compared as exact strings later on, so a wildcard could only ever be an attack or a disappointment.
  if (text.includes('*')) return WILDCARD;
  if (!options.allowsFragment && text.includes('#')) {
    return `a callback has no fragment: write ${JSON.stringify(text.slice(0, text.indexOf('#')))}`;
  }
  if (url.username !== '' || url.password !== '') return 'an address carries no user name or password';
  if (url.protocol === 'https:') return null;
  if (url.protocol === 'http:') return findPlainHttpFault(url, text);
  if (!options.allowsCustomScheme)
    return 'a scheme of its own is for app_type native: write an https address';
  if (SYSTEM_SCHEMES.has(url.protocol)) return `${url.protocol} belongs to the system, not to an application`;
  return options.allowsCustomScheme === true || url.protocol.includes('.')
    ? null
    : 'a scheme of its own must be a domain name in reverse, such as com.example.app:/callback';
}

/** Whether an address has a scheme of one word, which any application may take for its own. @see RFC 8252 §7.1, §8.4 */
export function hasOneWordScheme(text: string): boolean {
  const protocol = URL.canParse(text) ? new URL(text).protocol : '';
  return protocol !== '' && protocol !== 'https:' && protocol !== 'http:' && !protocol.includes('.');
}

/** What is wrong with a URL of something that is only shown or fetched as an image, or linked to. */
export function findWebUrlFault(text: string): Fault {
  const url = parseAbsoluteUrl(text);
  if (typeof url === 'string') return url;
  return url.protocol === 'https:' || url.protocol === 'http:' ? null : 'expected an https address';
}

/**
 * What is wrong with a pattern in the place of an address that is only shown or fetched: it would be, as it stands, and
 * whoever wrote it meant something else. Entries that were stored before this was asked of them are still read.
 */
export function findPatternFault(text: string): Fault {
  return /^[^?#]*\*/.test(text) ? WILDCARD : null;
}

const LONGEST_REQUEST_URI = 512;

/**
 * What is wrong with the address of a request object.
 *
 * @see OIDC Core §6.2 "The entire Request URI MUST NOT exceed 512 ASCII characters."
 */
export function findRequestUriFault(text: string): Fault {
  const url = parseAbsoluteUrl(text);
  if (typeof url === 'string') return url;
  if (url.protocol !== 'https:') return 'expected an https address';
  if (url.username !== '' || url.password !== '') return 'an address carries no user name or password';
  if (text.length > LONGEST_REQUEST_URI) return `expected at most ${LONGEST_REQUEST_URI} characters`;
  return /^[^#]*(?:#[A-Za-z0-9_-]{43})?$/.test(text)
    ? null
    : 'expected no fragment, or the base64url SHA-256 of what is there';
}

/**
 * What is wrong with an origin: it is compared with the `Origin` header as an exact string.
 *
 * @param options.allowsCustomScheme Web views of native clients send `capacitor://localhost` and the like.
 */
export function findOriginFault(text: string, options: { readonly allowsCustomScheme: boolean }): Fault {
  if (text === 'null') return 'the origin null belongs to nobody: any page can have it';
  if (text.includes('*')) return 'wildcards are not supported: write each origin in full';
  const url = parseAbsoluteUrl(text);
  if (typeof url === 'string') return url;
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    if (!options.allowsCustomScheme) return 'expected an origin such as https://shop.example.com';
    return /^[a-z][a-z0-9+.-]*:\/\/[a-z0-9.-]+$/.test(text)
      ? null
      : 'expected an origin such as capacitor://localhost';
  }
  if (url.protocol === 'http:') {
    const fault = findPlainHttpFault(url, text);
    if (fault !== null) return fault;
  }
  if (text === url.origin) return null;
  const hasMore = url.pathname !== '/' || url.search !== '' || url.hash !== '' || text.endsWith('/');
  return `${hasMore ? 'an origin has no path' : 'browsers write this origin differently'}: write ${JSON.stringify(url.origin)}`;
}

/**
 * Whether a client's addresses leave open which sector its pairwise subjects are for.
 *
 * @see OIDC Core §8.1 "If there are multiple hostnames in the registered redirect_uris, the Client MUST register a
 *      sector_identifier_uri."
 */
export function needsSectorIdentifier(callbacks: readonly string[]): boolean {
  const hosts = new Set(callbacks.map((uri) => (URL.canParse(uri) ? new URL(uri).hostname : '')));
  // A scheme of its own has no host.
  return hosts.size > 1 || hosts.has('');
}

/** @returns The URL, or what is wrong with it. */
function parseAbsoluteUrl(text: string): URL | string {
  // `new URL` drops tabs and line ends and turns backslashes; what browsers might read differently is refused whole.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
  if (/[\s\\\u0000-\u001f\u007f]/.test(text))
    return 'an address has no spaces, backslashes or control characters';
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) return 'expected an absolute address such as https://app.example.com/';
  if (DANGEROUS_SCHEMES.has(url.protocol))
    return `${url.protocol} addresses run or read locally and are refused everywhere`;
  if (/^https?:(?!\/\/)/i.test(text)) return 'expected an absolute address such as https://app.example.com/';
  return url;
}

function findPlainHttpFault(url: URL, text: string): Fault {
  if (isLocalHostname(url.hostname)) return null;
  const secure = text.replace(/^http:/i, 'https:');
  return `plain http is for localhost, *.localhost and loopback addresses only: write ${JSON.stringify(secure)}`;
}
