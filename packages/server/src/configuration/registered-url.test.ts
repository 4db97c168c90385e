import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  findOriginFault,
  findPatternFault,
  findRedirectUrlFault,
  findWebUrlFault,
  hasOneWordScheme,
} from './registered-url.js';

const web = { allowsCustomScheme: false, allowsFragment: false };
const native = { allowsCustomScheme: true, allowsFragment: false };

describe('security.md 10: javascript:, data:, vbscript:, blob:, file: refused at registration', () => {
  test.each([
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'blob:https://a.example/x',
    'file:///etc/passwd',
  ])('%s', (url) => {
    expect(findRedirectUrlFault(url, web)).not.toBeNull();
    expect(findRedirectUrlFault(url, native)).not.toBeNull();
    expect(findWebUrlFault(url)).not.toBeNull();
    expect(findOriginFault(url, { allowsCustomScheme: true })).not.toBeNull();
  });
});

describe('security.md 11: registration over https, loopback or reverse-domain custom scheme only; no wildcard', () => {
  test.each([
    'https://shop.example.com/callback',
    'https://shop.example.com/callback?from=sojourn',
    'http://localhost:3000/',
    'http://shop.localhost:3000',
    'http://127.0.0.1/cb',
    'http://[::1]:8080/cb',
  ])('%s is taken', (url) => expect(findRedirectUrlFault(url, web)).toBeNull());

  test.each([
    ['http://shop.example.com/cb', 'write "https://shop.example.com/cb"'],
    ['http://localhost.example.com/', 'plain http'],
    ['http://127.0.0.1.example.com/', 'plain http'],
    ['https://*.example.com/cb', 'wildcards'],
    ['https://shop.example.com/*', 'wildcards'],
    ['//shop.example.com/cb', 'absolute'],
    ['/cb', 'absolute'],
    ['https:/shop.example.com', 'absolute'],
    ['', 'absolute'],
    ['https://shop.example.com/cb#here', 'fragment'],
    ['https://user:pw@shop.example.com/', 'password'],
    ['https://shop.example.com/a b', 'spaces'],
    ['https:\\\\shop.example.com', 'backslashes'],
    ['java\tscript:alert(1)', 'control characters'],
    ['com.example.app:/callback', 'app_type native'],
  ])('%s is refused', (url, why) => expect(findRedirectUrlFault(url, web)).toContain(why));

  test('a native client may have a scheme of its own; one that registers itself only a domain in reverse', () => {
    const itself = { allowsCustomScheme: 'with-a-dot', allowsFragment: false } as const;
    for (const url of ['com.example.app:/callback', 'com.example.app://tenant/ios/callback']) {
      expect([findRedirectUrlFault(url, native), hasOneWordScheme(url)]).toEqual([null, false]);
      expect(findRedirectUrlFault(url, itself)).toBeNull();
    }
    expect([findRedirectUrlFault('myapp://callback', native), hasOneWordScheme('myapp://callback')]).toEqual([
      null,
      true,
    ]);
    expect(findRedirectUrlFault('myapp://callback', itself)).toContain('in reverse');
    expect(hasOneWordScheme('https://a.test/')).toBe(false);
  });

  test.each(['intent://cb', 'mailto:a@b.test', 'view-source:https://a.test/', 'ws://a.test/'])(
    '%s is for no client',
    (url) => expect(findRedirectUrlFault(url, native)).toContain('belongs to the system'),
  );
});

test('a pattern in host or path is no address; in a query it is a text like any other', () => {
  for (const pattern of [
    'https://*.shop.test/logo.png',
    'https://shop.test/*',
    'https://shop.test/*?a=b',
    '*',
  ])
    expect(findPatternFault(pattern)).toContain('wildcards');
  for (const address of ['https://shop.test/logo.png', 'https://shop.test/?a=*', 'https://shop.test/#*'])
    expect(findPatternFault(address)).toBeNull();
});

describe('origins', () => {
  test.each([
    ['https://shop.example.com/', 'write "https://shop.example.com"'],
    ['https://shop.example.com/path', 'write "https://shop.example.com"'],
    ['https://shop.example.com:443', 'write "https://shop.example.com"'],
    ['https://SHOP.example.com', 'write "https://shop.example.com"'],
    ['https://*.example.com', 'wildcards'],
    ['*', 'wildcards'],
    ['null', 'belongs to nobody'],
    ['http://shop.example.com', 'write "https://shop.example.com"'],
    ['shop.example.com', 'absolute'],
    ['capacitor://localhost', 'expected an origin'],
  ])('%s is refused', (origin, why) =>
    expect(findOriginFault(origin, { allowsCustomScheme: false })).toContain(why),
  );

  test('web views of native clients have a scheme of their own', () => {
    expect(findOriginFault('capacitor://localhost', { allowsCustomScheme: true })).toBeNull();
    expect(findOriginFault('capacitor://localhost/', { allowsCustomScheme: true })).not.toBeNull();
  });

  test('an http or https origin that is taken is exactly what a browser sends', () => {
    fc.assert(
      fc.property(fc.webUrl(), fc.boolean(), (url, onlyOrigin) => {
        const text = onlyOrigin ? new URL(url).origin : url;
        if (findOriginFault(text, { allowsCustomScheme: false }) === null)
          expect(new URL(text).origin).toBe(text);
      }),
    );
  });
});
