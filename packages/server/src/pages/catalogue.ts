import { german } from './catalogue-de.js';
import { english } from './catalogue-en.js';
import { spanish } from './catalogue-es.js';
import { french } from './catalogue-fr.js';
import { japanese } from './catalogue-ja.js';
import type { CountedText, Language, Text } from './language.js';
import type { EnglishTexts, MessageKey, Translation } from './translation.js';

type NamesIn<T> = T extends `${string}{${infer Name}}${infer Rest}` ? Name | NamesIn<Rest> : never;

type CountedIn<T> = T extends { readonly by: infer By extends string } ? By : never;
type ParametersOf<T> = T extends CountedText ? CountedIn<T> | NamesIn<T['other']> : NamesIn<T>;

/**
 * What can stand for a parameter. A length of time is said in the reader's language: `waitMs` is rounded up, since
 * who waits as told must not come too early; `elapsedMs` is rounded down, since nobody was away longer than they were.
 */
export type MessageValue = string | number | { readonly waitMs: number } | { readonly elapsedMs: number };

/** What a page says: a key and exactly the values that its text names. */
export type Message = {
  readonly [Key in MessageKey]: [ParametersOf<EnglishTexts[Key]>] extends [never]
    ? { readonly key: Key; readonly values?: never }
    : {
        readonly key: Key;
        readonly values: {
          readonly [Name in ParametersOf<EnglishTexts[Key]>]: Name extends CountedIn<EnglishTexts[Key]>
            ? number
            : MessageValue;
        };
      };
}[MessageKey];

/** The messages under one part of the catalogue: `MessageUnder<'login.error'>`. */
export type MessageUnder<Prefix extends string> = Extract<Message, { readonly key: `${Prefix}.${string}` }>;

/** A stretch of a message: our own words, or a value that was put in. */
export interface MessagePart {
  readonly text: string;
  readonly isValue: boolean;
}

const LANGUAGES: readonly Translation[] = [english, german, spanish, french, japanese];

/** The languages that pages can be written in. */
export const LOCALES: readonly string[] = LANGUAGES.map((language) => language.tag);

/**
 * The language that a locale is written in: `en-GB` and `en` in English. English where nothing fits.
 *
 * @see RFC 4647 §3.4 lookup
 */
export function languageOf(locale: string): Translation {
  for (const tag of shortened(locale)) {
    const language = LANGUAGES.find((one) => one.tag.toLowerCase() === tag);
    if (language !== undefined) return language;
  }
  return english;
}

/**
 * A message as plain text in the words of `locale`.
 * Not for HTML by itself: a template escapes it, and `translateParts` keeps values apart from our words.
 */
export function translate(locale: string, message: Message): string {
  return translateParts(locale, message)
    .map((part) => part.text)
    .join('');
}

/** A message as a sequence of our own words and the values put in, so that a page can set them apart. */
export function translateParts(locale: string, message: Message): readonly MessagePart[] {
  const language = languageOf(locale);
  const values: Readonly<Record<string, MessageValue>> = message.values ?? {};
  const text = chooseText(language, language.texts[message.key], values);
  return splitText(text).map((part) =>
    part.isValue ? { text: writeValue(language.tag, values[part.text] ?? ''), isValue: true } : part,
  );
}

/**
 * The locale that a page is written in: what the application asked for, then what the browser prefers, then the
 * tenant's first. Each wish is shortened step by step (`de-AT`, `de`) before the next one is looked at.
 *
 * @param uiLocales      `ui_locales`: tags separated by spaces, best first.
 * @param acceptLanguage The header of that name.
 * @param enabled        The tenant's locales, first is default. Those no catalogue is written for are passed over.
 * @param available      Languages that there is a catalogue for.
 * @returns One of `enabled`, as the tenant wrote it; `en` where none can be served.
 * @see OIDC Core §3.1.2.1 ui_locales · RFC 9110 §12.5.4 Accept-Language · RFC 4647 §3.4 lookup
 */
export function decideLocale(
  uiLocales: string | null,
  acceptLanguage: string | null,
  enabled: readonly string[],
  available: readonly string[] = LOCALES,
): string {
  const served = enabled.filter((locale) =>
    shortened(locale).some((tag) => available.some((one) => one.toLowerCase() === tag)),
  );
  for (const wish of [...parseUiLocales(uiLocales ?? ''), ...parseAcceptLanguage(acceptLanguage ?? '')]) {
    for (const tag of shortened(wish)) {
      const exact = served.find((locale) => locale.toLowerCase() === tag);
      if (exact !== undefined) return exact;
    }
    // "pt" is content with a tenant's "pt-BR", although lookup alone would not find it.
    const wider = served.find((locale) => locale.toLowerCase().startsWith(`${wish.toLowerCase()}-`));
    if (wider !== undefined) return wider;
  }
  return served[0] ?? english.tag;
}

/** More wishes than anybody has; the rest of a longer list is noise. */
const MOST_WISHES = 20;
const LONGEST_WISH_LIST = 1000;
const LANGUAGE_TAG = /^[a-z]{2,8}(-[a-z0-9]{1,8}){0,7}$/i;

function parseUiLocales(value: string): readonly string[] {
  const tags = value.slice(0, LONGEST_WISH_LIST).split(' ');
  return tags.filter((tag) => LANGUAGE_TAG.test(tag)).slice(0, MOST_WISHES);
}

function parseAcceptLanguage(value: string): readonly string[] {
  const ranges = value.slice(0, LONGEST_WISH_LIST).split(',');
  return ranges
    .map((range) => {
      const [tag = '', ...parameters] = range.split(';').map((piece) => piece.trim());
      const quality = parameters.find((parameter) => /^q=/i.test(parameter))?.slice(2);
      return { tag, quality: quality === undefined ? 1 : Number(quality) };
    })
    .filter(({ tag, quality }) => LANGUAGE_TAG.test(tag) && quality > 0)
    .sort((one, other) => other.quality - one.quality)
    .map(({ tag }) => tag)
    .slice(0, MOST_WISHES);
}

/** `de-Latn-AT` → `de-latn-at`, `de-latn`, `de`. */
function shortened(tag: string): readonly string[] {
  const subtags = tag.toLowerCase().split('-');
  return subtags.map((_, dropped) => subtags.slice(0, subtags.length - dropped).join('-'));
}

function chooseText(language: Language, text: Text, values: Readonly<Record<string, MessageValue>>): string {
  if (typeof text === 'string') return text;
  const count = Number(values[text.by] ?? 0);
  if (count === 0 && text.none !== undefined) return text.none;
  return text[pluralRules(language.tag).select(count)] ?? text.other;
}

const splitTexts = new Map<string, readonly MessagePart[]>();

/** Texts are few and never change, so each is taken apart once. */
function splitText(text: string): readonly MessagePart[] {
  let parts = splitTexts.get(text);
  if (parts === undefined) {
    parts = text
      .split(/\{([a-z-]+)\}/)
      .map((piece, index) => ({ text: piece, isValue: index % 2 === 1 }))
      .filter((part) => part.text !== '');
    splitTexts.set(text, parts);
  }
  return parts;
}

function writeValue(tag: string, value: MessageValue): string {
  if (typeof value === 'number') return numberFormat(tag, {}).format(value);
  if (typeof value === 'string') return readable(value);
  return 'waitMs' in value
    ? sayLength(tag, value.waitMs, Math.ceil)
    : sayLength(tag, value.elapsedMs, Math.floor);
}

/**
 * What a stranger named (an application, an account) as it may stand in our sentence: no line breaks, no characters
 * that turn the direction of what follows, by which a name could rewrite the words around it.
 */
function readable(value: string): string {
  return value
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
    .trim();
}

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const;

/** As people say it: "90 seconds", "4 minutes", "1 day". A unit serves from two of it on, or for exactly one. */
function sayLength(tag: string, ms: number, round: (value: number) => number): string {
  for (const [index, [unit, unitMs]] of UNITS.entries()) {
    const finerMs = UNITS[index + 1]?.[1] ?? unitMs;
    const length = round(ms / finerMs) * finerMs;
    if (length >= 2 * unitMs || length === unitMs) return sayUnits(tag, round(length / unitMs), unit);
  }
  return sayUnits(tag, 1, 'second');
}

function sayUnits(tag: string, count: number, unit: string): string {
  const length = numberFormat(tag, { style: 'unit', unit, unitDisplay: 'long' }).format(count);
  // Where words have no spaces between them, a line would end in the one of "4 分".
  return length.replace(/ (?=\p{Script=Han})/u, '\u00a0');
}

const formats = new Map<string, Intl.NumberFormat>();
const plurals = new Map<string, Intl.PluralRules>();

/** Making an Intl object costs a hundred times what using it does. */
function numberFormat(tag: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const name = `${tag} ${options.unit ?? ''}`;
  let format = formats.get(name);
  if (format === undefined) {
    format = new Intl.NumberFormat(tag, options);
    formats.set(name, format);
  }
  return format;
}

function pluralRules(tag: string): Intl.PluralRules {
  let rules = plurals.get(tag);
  if (rules === undefined) {
    rules = new Intl.PluralRules(tag);
    plurals.set(tag, rules);
  }
  return rules;
}
