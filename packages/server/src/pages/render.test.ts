import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Look, Page } from './page.js';
import { buildPageHeaders, FAVICON, renderPage } from './render.js';
import { buildSamples } from './samples.js';

const samples = [...buildSamples((text) => text)].map(([name, { page, look }]) => ({ name, page, look }));

const look: Look = { tenantName: 'Harbour', logoUrl: null, accent: null };
const form = { action: '/u/login', state: 's', csrf: 'c' };
const client = { name: 'Harbour Shop', logoUri: null, policyUri: null, tosUri: null };
const login: Page = {
  page: 'login',
  form,
  client,
  identifier: '',
  notice: null,
  error: null,
  signUpUrl: null,
};

/** Tags with the names of their attributes, in order. Anything else that begins with `<` is reported as it is. */
function outline(html: string): readonly string[] {
  const marked = html.replace(/<(style|script)>.*?<\/\1>/gs, '<$1></$1>');
  return [
    ...marked.matchAll(/<(\/?[a-z0-9]+|!doctype)((?:\s+[^\s"'<>/=]+(?:="[^"]*")?)*)\s*\/?>|<.{0,40}/gis),
  ].map(([whole, tag, attributes = '']) =>
    tag === undefined
      ? `stray ${whole}`
      : [
          tag,
          ...attributes
            .replace(/="[^"]*"/g, '')
            .trim()
            .split(/\s+/),
        ]
          .join(' ')
          .trim(),
  );
}

function policyOf(page: Page, ofLook: Look): ReadonlyMap<string, string> {
  const policy = buildPageHeaders(page, ofLook)['Content-Security-Policy'] ?? '';
  return new Map(
    policy.split('; ').map((directive) => {
      const [name = '', ...values] = directive.split(' ');
      return [name, values.join(' ')];
    }),
  );
}

describe('every page', () => {
  test.each(samples)('$name: is a whole document in its language', ({ page, look }) => {
    const html = renderPage(page, look, 'en-GB');
    expect(html).toMatch(/^<!doctype html>\n<html lang="en" dir="ltr">/);
    expect(html.match(/<h1>/g)).toHaveLength(1);
    expect(html).toMatch(/<title>[^<]+ · Harbour<\/title>/);
    expect(html).toContain('name="viewport"');
    expect(outline(html).filter((tag) => tag.startsWith('stray'))).toEqual([]);
    expect(html).not.toMatch(/undefined|\[object|\{[a-z]+\}<|null"/);
  });

  test.each([
    '"><svg onload=1>',
    "'><img src=x onerror=alert(1)>",
    '</style><script>1</script>',
    '</title></script><b>',
    '&lt;b&gt;<!--',
    '<%= it.page %>`{client}',
    '#fff}*{color:red}</style>',
  ])('A08: a hostile value (%s) adds no element and no attribute', (hostile) => {
    // Compared with plain text in the same places, so that both take the same branches.
    const harmless = buildSamples(() => 'x');
    for (const [name, { page, look }] of buildSamples(() => hostile)) {
      const plain = harmless.get(name);
      if (plain === undefined) throw new Error(`no sample ${name}`);
      expect(outline(renderPage(page, look, 'en')), name).toEqual(
        outline(renderPage(plain.page, plain.look, 'en')),
      );
    }
  });

  test('security.md 10: a link of the client that is no http address is not shown, whatever its registration says', () => {
    const shown = (url: string) => {
      const asking = { ...client, policyUri: url, tosUri: url };
      const consent: Page = { page: 'consent', form, client: asking, account: 'ada', host: 'h', scopes: [] };
      return [consent, { ...login, client: asking }].map((page) => renderPage(page, look, 'en'));
    };
    for (const url of [
      'javascript:alert(1)',
      'JavaScript:alert(1)',
      'data:text/html,x',
      'vbscript:x',
      ' javascript:x',
    ])
      for (const html of shown(url)) expect(html).not.toContain(url.trim());
    for (const html of shown('https://shop.example/privacy'))
      expect(html).toContain('https://shop.example/privacy');
  });

  test('a locale that nobody can write is answered in English, and lang says so', () => {
    for (const locale of ['pt', '', '"><svg onload=1>']) {
      expect(renderPage(login, look, locale)).toContain('<html lang="en" dir="ltr">');
    }
  });
});

describe('headers of a page', () => {
  test.each(samples)('B46, B47 $name: the policy names exactly what the page holds', ({ page, look }) => {
    const html = renderPage(page, look, 'en');
    const policy = policyOf(page, look);
    const hashesOf = (element: string) =>
      [...html.matchAll(new RegExp(`<${element}>(.*?)</${element}>`, 'gs'))]
        .map(([, text = '']) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`)
        .join(' ');
    expect(policy.get('default-src')).toBe("'none'");
    expect(policy.get('style-src')).toBe(hashesOf('style'));
    expect(policy.get('script-src') ?? '').toBe(hashesOf('script'));
    expect(policy.get('object-src')).toBe("'none'");
    expect(policy.get('base-uri')).toBe("'none'");
    expect(policy.get('frame-ancestors')).toBe("'none'");
    expect(policy.get('img-src')).toBe('data:');
    expect([...policy.values()].join(' ')).not.toMatch(/unsafe|\*/);
    expect(html).not.toMatch(/\sstyle=|\son[a-z]+=/);
  });

  test('design.md 4: no form-action, which would stop the redirect to the client, and no COOP', () => {
    expect(policyOf(login, look).has('form-action')).toBe(false);
    expect(buildPageHeaders(login, look)).not.toHaveProperty('Cross-Origin-Opener-Policy');
  });

  test('a page with a form keeps its Origin, one without tells nobody where it was', () => {
    const signedOut: Page = { page: 'signed-out', applications: 0, continueUrl: null };
    expect(buildPageHeaders(login, look)['Referrer-Policy']).toBe('same-origin');
    expect(buildPageHeaders(signedOut, look)['Referrer-Policy']).toBe('no-referrer');
    expect(buildPageHeaders(signedOut, look)).toMatchObject({
      'Content-Type': 'text/html; charset=utf-8',
      'X-Content-Type-Options': 'nosniff',
      'X-Frame-Options': 'DENY',
      'Cache-Control': 'no-store',
    });
  });

  const logoUri = 'https://cdn.shop.example:8443/logo.png';
  const picture = 'https://pictures.example/ada.png';

  test('an origin of images is allowed on the page that shows them, and nowhere else', () => {
    const branded = { ...look, logoUrl: 'https://cdn.example.com/logo.svg' };
    const asking = { ...client, logoUri };
    const consent: Page = { page: 'consent', form, client: asking, account: 'ada', host: 'h', scopes: [] };
    const account = { name: 'Ada', detail: '', picture };
    const select: Page = { page: 'select-account', form, client: asking, account };
    expect(policyOf({ ...login, client: asking }, branded).get('img-src')).toBe(
      'data: https://cdn.example.com',
    );
    expect(policyOf(consent, look).get('img-src')).toBe('data: https://cdn.shop.example:8443');
    expect(policyOf(select, look).get('img-src')).toBe('data: https://pictures.example');
    expect(renderPage({ ...login, client: asking }, branded, 'en')).not.toContain(logoUri);
    expect(renderPage(consent, look, 'en')).toContain(logoUri);
    expect(renderPage(select, look, 'en')).toContain(picture);
  });

  test.each([
    'https://a;script-src *',
    "https://a;script-src'unsafe-inline'/x.png",
    'https://a;b.example/x.png',
    'https://a,b.example/x.png',
    'http://cdn.example.com/x.png',
    'javascript:alert(1)',
    'data:text/html,<script>1</script>',
    '//cdn.example.com/x.png',
    'no url',
  ])('a logo that the policy cannot name (%s) is neither allowed nor shown', (logoUrl) => {
    expect(policyOf(login, { ...look, logoUrl })).toEqual(policyOf(login, look));
    expect(renderPage(login, { ...look, logoUrl }, 'en')).toBe(renderPage(login, look, 'en'));
  });
});

describe('forms', () => {
  const fieldsOf = (html: string) =>
    [...html.matchAll(/<(?:input|button)[^>]*? name="([^"]*)"(?:[^>]*? value="([^"]*)")?/g)].map(
      ([, name, value]) => [name, value],
    );

  test('login posts username, password and its binding', () => {
    const html = renderPage({ ...login, identifier: 'ada' }, look, 'en');
    expect(html).toContain('<form method="post" action="/u/login" novalidate>');
    expect(fieldsOf(html)).toEqual([
      ['state', 's'],
      ['csrf', 'c'],
      ['username', 'ada'],
      ['password', undefined],
      ['action', 'sign-in'],
    ]);
    expect(html).toMatch(/id="username"[^>]* autocomplete="username"/);
    expect(html).toMatch(/id="password"[^>]* autocomplete="current-password"/);
    expect(html).toContain('id="submit"');
  });

  test('the field to begin with is the wrong one, else the first that is empty', () => {
    const focused = (page: Page) => /id="([a-z]+)"[^>]* autofocus/.exec(renderPage(page, look, 'en'))?.[1];
    const error = { key: 'login.error.busy' } as const;
    expect(focused(login)).toBe('username');
    expect(focused({ ...login, identifier: 'ada' })).toBe('password');
    expect(focused({ ...login, identifier: 'ada', error: { ...error, field: 'username' } })).toBe('username');
    expect(focused({ ...login, identifier: 'ada', error: { ...error, field: 'form' } })).toBe('password');
  });

  test('an error is tied to its field in words', () => {
    const html = renderPage(
      { ...login, error: { key: 'login.error.mismatch', field: 'password' } },
      look,
      'en',
    );
    expect(html).toMatch(/id="password"[^>]* aria-describedby="password-error" aria-invalid="true"/);
    expect(html).toMatch(/id="password-error">.*That email and password do not match\. Try again\./);
    expect(html).toContain('<title>Error: Sign in to continue to Harbour Shop · Harbour</title>');
    expect(html.match(/required[^>]* aria-invalid/g)).toHaveLength(1);
  });

  test('consent offers allow and deny, sign-out posts what was asked along', () => {
    const consent: Page = {
      page: 'consent',
      form,
      client,
      account: 'ada',
      host: 'shop.example.com',
      scopes: [],
    };
    expect(fieldsOf(renderPage(consent, look, 'en')).slice(2)).toEqual([
      ['decision', 'deny'],
      ['decision', 'allow'],
    ]);
    const logout: Page = {
      page: 'confirm-logout',
      isElsewhere: false,
      form: { ...form, state: '' },
      account: 'ada',
      fields: [['post_logout_redirect_uri', 'https://shop.example.com/']],
      cancelUrl: null,
    };
    expect(fieldsOf(renderPage(logout, look, 'en'))).toEqual([
      ['csrf', 'c'],
      ['post_logout_redirect_uri', 'https://shop.example.com/'],
      ['decision', 'sign-out'],
    ]);
  });

  test('choosing an account offers it and another', () => {
    const account = { name: 'Ada', detail: 'ada@example.com', picture: null };
    const html = renderPage({ page: 'select-account', form, client, account }, look, 'en');
    expect(fieldsOf(html).slice(2)).toEqual([
      ['choice', 'continue'],
      ['choice', 'another'],
    ]);
    expect(html).toContain('Continue as <bdi>Ada</bdi>');
  });
});

test('templates write nothing raw but their own parts', () => {
  const templates = new URL('../../templates/', import.meta.url);
  const own = /^(include\('@[a-z]+', .*\)|it\.(rich\(.*\)|body|sheet|accentSheet|script|mark))$/;
  for (const name of readdirSync(templates)) {
    const source = readFileSync(new URL(name, templates), 'utf8');
    for (const [, raw = ''] of source.matchAll(/<%~(.*?)%>/gs)) expect(raw.trim(), name).toMatch(own);
  }
});

test('the mark is a data URL of one colour', () => {
  const svg = decodeURIComponent(FAVICON.replace('data:image/svg+xml,', ''));
  expect(svg).toMatch(/^<svg .*stroke="#[0-9a-f]{6}".*<\/svg>$/);
  expect(svg).not.toContain('currentColor');
});
