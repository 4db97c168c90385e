import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { DEFAULTS } from '../configuration/defaults.js';
import { decideLocale, LOCALES, languageOf, type Message, translate, translateParts } from './catalogue.js';
import { english } from './catalogue-en.js';
import type { Text } from './language.js';
import { buildSamples } from './samples.js';
import type { MessageKey } from './translation.js';

const keys = Object.keys(english.texts) as MessageKey[];

describe('a message', () => {
  const say = (message: Message) => translate('en', message);

  test('takes its values by name', () => {
    expect(say({ key: 'login.title', values: { client: 'Harbour Shop' } })).toBe(
      'Sign in to continue to Harbour Shop',
    );
  });

  test('is not fooled by a value that looks like a parameter', () => {
    expect(say({ key: 'document.title', values: { title: '{tenant}', tenant: 'Harbour' } })).toBe(
      '{tenant} · Harbour',
    );
  });

  test.each([
    [0, 'You are signed out.'],
    [1, 'You are signed out here and in 1 application.'],
    [3, 'You are signed out here and in 3 applications.'],
    [1234, 'You are signed out here and in 1,234 applications.'],
  ])('counts: %i', (applications, sentence) => {
    expect(say({ key: 'signed-out.title', values: { applications } })).toBe(sentence);
  });

  const minute = 60_000;
  const hour = 60 * minute;
  test.each([
    [1, '1 second'],
    [1001, '2 seconds'],
    [minute, '1 minute'],
    [minute + 1, '61 seconds'],
    [3 * minute + 1, '4 minutes'],
    [15 * minute, '15 minutes'],
    [hour, '1 hour'],
    [hour + 1, '61 minutes'],
    [2 * hour, '2 hours'],
  ])('rounds a wait of %i ms up: %s', (waitMs, length) => {
    expect(say({ key: 'login.error.too-many-attempts', values: { wait: { waitMs } } })).toBe(
      `Too many attempts. Wait ${length}, then try again.`,
    );
  });

  test.each([
    [0, '1 second'],
    [90 * minute + 59_999, '90 minutes'],
    [24 * hour, '1 day'],
    [72 * hour, '3 days'],
    [96 * hour - 1, '3 days'],
    [30 * 24 * hour, '30 days'],
  ])('rounds an absence of %i ms down: %s', (elapsedMs, length) => {
    expect(say({ key: 'login.notice.idle', values: { away: { elapsedMs } } })).toBe(
      `You have been away for ${length}, so we need to check that it is you.`,
    );
  });

  test('never tells a wait that is shorter than it is', () => {
    const unitMs = { second: 1000, minute, hour, day: 24 * hour };
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 90 * 24 * hour }), (waitMs) => {
        const parts = translateParts('en', {
          key: 'error.too-many-requests.next',
          values: { wait: { waitMs } },
        });
        const [count = '', unit = ''] = (parts.find((part) => part.isValue)?.text ?? '').split(/ |s$/);
        expect(Number(count) * unitMs[unit.replace(/s$/, '') as keyof typeof unitMs]).toBeGreaterThanOrEqual(
          waitMs,
        );
      }),
    );
  });

  test('keeps a name from rearranging or breaking the sentence around it', () => {
    const client = '\u202eHar\u0000bour\r\n\u2067Shop\u200f ';
    expect(say({ key: 'login.title', values: { client } })).toBe('Sign in to continue to Har bour Shop');
  });

  test('has nothing but words and values', () => {
    const client = 'Harbour';
    expect(translateParts('en', { key: 'consent.title', values: { client } })).toEqual([
      { text: 'Allow ', isValue: false },
      { text: 'Harbour', isValue: true },
      { text: ' to do this?', isValue: false },
    ]);
  });
});

describe('a message in another language', () => {
  test.each([
    ['en', 'You have been away for 3 days, so we need to check that it is you.'],
    ['de', 'Sie waren 3 Tage nicht hier. Deshalb müssen wir prüfen, ob Sie es sind.'],
    ['es', 'Ha estado ausente durante 3 días, así que debemos comprobar que es usted.'],
    ['fr', 'Votre dernière visite remonte à 3 jours, nous devons donc vérifier que c’est bien vous.'],
    ['ja', '前回のご利用から 3 日経ちました。ご本人であることを確認します。'],
  ])('%s says a length of time as its readers do', (locale, sentence) => {
    const message = translate(locale, {
      key: 'login.notice.idle',
      values: { away: { elapsedMs: 259_200_000 } },
    });
    expect(message.replace(/\s/g, ' ')).toBe(sentence);
  });

  test('ja: no line ends between a number and its unit', () => {
    const values = { wait: { waitMs: 240_000 } };
    expect(translate('ja', { key: 'error.too-many-requests.next', values })).toMatch(/^4\u00a0分待って/);
    expect(JSON.stringify(languageOf('ja').texts)).not.toMatch(/\d |\{(minimum|applications)\} /);
  });

  test.each([
    ['de', 0, 'Sie sind abgemeldet.'],
    ['de', 1, 'Sie sind hier und in 1 Anwendung abgemeldet.'],
    ['de', 1234, 'Sie sind hier und in 1.234 Anwendungen abgemeldet.'],
    ['es', 1, 'Ha cerrado sesión aquí y en 1 aplicación.'],
    ['es', 12_345, 'Ha cerrado sesión aquí y en 12.345 aplicaciones.'],
    ['es', 1_000_000, 'Ha cerrado sesión aquí y en 1.000.000 de aplicaciones.'],
    ['fr', 1, 'La déconnexion est faite ici et dans 1 application.'],
    ['fr', 1234, 'La déconnexion est faite ici et dans 1 234 applications.'],
    ['fr', 1_000_000, 'La déconnexion est faite ici et dans 1 000 000 d’applications.'],
    ['ja', 0, 'サインアウトしました。'],
    ['ja', 1, 'このサイトと 1 個のアプリからサインアウトしました。'],
    ['ja', 1234, 'このサイトと 1,234 個のアプリからサインアウトしました。'],
  ])('%s counts: %i', (locale, applications, sentence) => {
    const message = translate(locale, { key: 'signed-out.title', values: { applications } });
    expect(message.replace(/\s/g, ' ')).toBe(sentence);
  });
});

describe('the catalogue', () => {
  const parametersOf = (text: Text) =>
    [...JSON.stringify(text).matchAll(/\{([a-z-]+)\}/g)].map(([, name]) => name).sort();

  test.each(LOCALES)('%s has every key with the parameters of English', (locale) => {
    const { texts } = languageOf(locale);
    expect(Object.keys(texts).sort()).toEqual([...keys].sort());
    for (const key of keys) {
      expect(new Set(parametersOf(texts[key])), key).toEqual(new Set(parametersOf(english.texts[key])));
    }
  });

  test.each(LOCALES)('%s counts by what English counts, in every form it has and no other', (locale) => {
    const { texts } = languageOf(locale);
    const forms = new Intl.PluralRules(locale).resolvedOptions().pluralCategories;
    for (const key of keys) {
      const text: Text = texts[key];
      const inEnglish: Text = english.texts[key];
      expect(typeof text, key).toBe(typeof inEnglish);
      if (typeof text === 'string' || typeof inEnglish === 'string') continue;
      const { by, none, ...written } = text;
      expect(by, key).toBe(inEnglish.by);
      expect(none === undefined, key).toBe(inEnglish.none === undefined);
      expect(Object.keys(written).sort(), key).toEqual([...forms].sort());
      for (const form of Object.values(written)) {
        expect(parametersOf(form), key).toEqual(parametersOf(inEnglish.other));
      }
    }
  });

  test.each(LOCALES)('%s raises its voice nowhere and keeps no space at an end', (locale) => {
    const { texts } = languageOf(locale);
    for (const key of keys) {
      const written = typeof texts[key] === 'string' ? [texts[key]] : Object.values(texts[key]);
      for (const form of written) expect(form, key).not.toMatch(/[!¡！]|^\s|\s$|\s\s/);
    }
  });

  test('fr: no line begins with a question mark or a colon', () => {
    expect(JSON.stringify(languageOf('fr').texts)).not.toMatch(/ [?:;]/);
  });

  test('a tenant that says nothing offers every language, English first', () => {
    expect(DEFAULTS.tenant.enabledLocales).toEqual(LOCALES);
  });

  test('speaks plainly: no exclamation mark, no blame, no words of ours', () => {
    for (const key of keys) {
      expect(JSON.stringify(english.texts[key]), key).not.toMatch(
        /!|oops|please|invalid|illegal|log ?(in|on|out)\b|user agent|redirect_uri|credential|successful/i,
      );
    }
  });

  const templates = new URL('../../templates/', import.meta.url);
  const written = readdirSync(templates).map((name) => readFileSync(new URL(name, templates), 'utf8'));
  const named = [...written, readFileSync(new URL('render.ts', import.meta.url), 'utf8')].flatMap((source) =>
    [...source.matchAll(/'([a-z-]+(?:\.[a-z_-]+)+)'/g)].map(([, key]) => key ?? ''),
  );

  test('has every key that a template or the renderer names', () => {
    const files = /\.(css|js|svg)$/;
    expect(named.filter((key) => !files.test(key) && !(keys as string[]).includes(key))).toEqual([]);
  });

  test('has no key that nobody says', () => {
    const saidByHandlers = /^(login\.notice|login\.error|sign-up\.error|scope)\./;
    const saidByErrorPages = [...buildSamples((text) => text).values()].flatMap(({ page }) =>
      page.page === 'error' ? [page.title.key, page.what.key, page.next?.key] : [],
    );
    const said = new Set<string | undefined>([...named, ...saidByErrorPages]);
    expect(keys.filter((key) => !saidByHandlers.test(key) && !said.has(key))).toEqual([]);
  });

  test('the answer for a wrong password does not depend on whether it was right', () => {
    expect(english.texts['login.error.too-many-attempts']).not.toMatch(/password|match|wrong|right/i);
    expect(english.texts['login.error.busy']).not.toMatch(/password|match|wrong|right/i);
  });
});

describe('decideLocale', () => {
  const available = ['en', 'de', 'ja', 'pt', 'zh-Hant'];
  const decide = (
    uiLocales: string | null,
    acceptLanguage: string | null,
    enabled = ['en', 'de', 'ja', 'pt-BR'],
  ) => decideLocale(uiLocales, acceptLanguage, enabled, available);

  test('OIDC Core §3.1.2.1: ui_locales, ordered by preference, come before Accept-Language', () => {
    expect(decide('ja de', 'de')).toBe('ja');
    expect(decide('fr xx de', 'ja')).toBe('de');
    expect(decide('fr', 'ja')).toBe('ja');
  });

  test('RFC 9110 §12.5.4: Accept-Language counts by quality, and q=0 is a no', () => {
    expect(decide(null, 'de;q=0.5, ja;q=0.9, *;q=0.1')).toBe('ja');
    expect(decide(null, 'de;q=0, ja;q=0.1')).toBe('ja');
    expect(decide(null, 'de-AT, de;q=0.9, en;q=0.8')).toBe('de');
  });

  test('RFC 4647 §3.4: a wish is shortened until something fits', () => {
    expect(decide('de-Latn-AT-1996', null)).toBe('de');
    expect(decide('DE-at', null)).toBe('de');
    expect(decide('pt', null)).toBe('pt-BR');
    expect(decide('pt-PT', null)).toBe('en');
  });

  test('an error is not returned for what is not supported: the first enabled locale is', () => {
    expect(decide(null, null)).toBe('en');
    expect(decide('fr', 'fr', ['ja', 'en'])).toBe('ja');
    expect(decide('fr', null, ['fr', 'de'])).toBe('de');
    expect(decide('de', null, [])).toBe('en');
    expect(decide('de', null, ['fr'])).toBe('en');
  });

  test('out of the box a browser is answered in its language, unless the tenant offers fewer', () => {
    const outOfTheBox = DEFAULTS.tenant.enabledLocales;
    const browser = 'de-AT,de;q=0.9,en;q=0.8';
    expect(decideLocale(null, browser, outOfTheBox)).toBe('de');
    expect(decideLocale('fr-CA', browser, outOfTheBox)).toBe('fr');
    expect(decideLocale('xx', 'ja-JP', outOfTheBox)).toBe('ja');
    expect(decideLocale(null, 'es-419', outOfTheBox)).toBe('es');
    expect(decideLocale(null, 'pt-BR', outOfTheBox)).toBe('en');
    expect(decideLocale('fr', browser, ['en', 'de'])).toBe('de');
    expect(decideLocale('fr', browser, ['en'])).toBe('en');
    expect(decideLocale(null, null, ['ja', 'en'])).toBe('ja');
  });

  test('A08: whatever is asked for, the answer is one of the tenant’s locales or English', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (uiLocales, acceptLanguage) => {
        expect(['en', 'de', 'ja', 'pt-BR']).toContain(decide(uiLocales, acceptLanguage));
      }),
    );
    expect(decide('"><svg onload=1>', '"><svg onload=1>')).toBe('en');
  });

  test('J02: of a million wishes the first thousand letters are looked at, and twenty wishes of them', () => {
    const tags = vi.spyOn(RegExp.prototype, 'test');
    try {
      expect(decide('x-'.repeat(500_000), 'de;q=0.1,'.repeat(100_000))).toBe('de');
      // A wish of three letters and its weight are two questions at most.
      expect(tags.mock.calls.length).toBeLessThan(1_000);
      for (const [text] of tags.mock.calls) expect(String(text).length).toBeLessThanOrEqual(1_000);
    } finally {
      tags.mockRestore();
    }
    expect(decide(`${'x '.repeat(600)}de`, null)).toBe('en');
    expect(decide(null, `${'x,'.repeat(600)}de`)).toBe('en');
  });
});
