/**
 * Scripts that people write together in one word. All others mix only to look like something else.
 *
 * @see Unicode Technical Standard 39 §5.1, Augmented Script Sets
 */
const WRITTEN_TOGETHER: readonly RegExp[] = [
  /^[\p{Script=Latin}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]*$/u,
  /^[\p{Script=Latin}\p{Script=Han}\p{Script=Hangul}]*$/u,
  /^[\p{Script=Latin}\p{Script=Han}\p{Script=Bopomofo}]*$/u,
];
const LETTERS = /[^\p{Script=Common}\p{Script=Inherited}]/gu;
const SCRIPTS: readonly RegExp[] = [
  'Latin',
  'Greek',
  'Cyrillic',
  'Armenian',
  'Georgian',
  'Hebrew',
  'Arabic',
  'Devanagari',
  'Bengali',
  'Gurmukhi',
  'Gujarati',
  'Tamil',
  'Telugu',
  'Kannada',
  'Malayalam',
  'Sinhala',
  'Thai',
  'Lao',
  'Tibetan',
  'Myanmar',
  'Khmer',
  'Ethiopic',
  'Mongolian',
  'Thaana',
].map((script) => new RegExp(`^\\p{Script=${script}}*$`, 'u'));
/** Letters of other scripts that look like Latin ones: a word of these alone is read as another word. */
const TWINS: readonly RegExp[] = [
  /^[\u0430\u0432\u0435\u043a\u043c\u043d\u043e\u0440\u0441\u0442\u0443\u0445\u044c\u0455\u0456\u0458\u0461\u0475\u04ab\u04af\u04bb\u04bd\u04cf\u0501\u050d\u051b\u051d\u0491\u0433\u043f]+$/u,
  /^[\u03b1\u03b3\u03b5\u03b7\u03b9\u03ba\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7\u03c9\u03f2\u03f3]+$/u,
  /^[\u0570\u0578\u057d\u0581\u0584\u0585\u0566]+$/u,
];

/**
 * Whether an address could be taken for another by who reads it: one of its words mixes scripts that nobody writes together,
 * or is written in letters of another script that all look like Latin ones. Each word for itself: the name before the `@` may
 * be Greek and the domain Latin.
 *
 * Accounts that are imported are left alone: their owners have these addresses.
 *
 * @param email as `parseEmail` gives it.
 * @see Unicode Technical Standard 39 §4, §5
 */
export function hasLookAlikeLetters(email: string): boolean {
  return email.split(/[@.]/).some((word) => {
    const letters = (word.toLowerCase().match(LETTERS) ?? []).join('');
    const isOneScript = [...SCRIPTS, ...WRITTEN_TOGETHER].some((script) => script.test(letters));
    return !isOneScript || TWINS.some((twins) => twins.test(letters));
  });
}
