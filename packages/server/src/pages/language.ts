/**
 * A text that depends on how many: `by` names the parameter that is counted, the rest are the plural categories
 * of the language (`Intl.PluralRules`). `none` is said for zero where a language would rather not count.
 */
export interface CountedText {
  readonly by: string;
  readonly none?: string;
  readonly zero?: string;
  readonly one?: string;
  readonly two?: string;
  readonly few?: string;
  readonly many?: string;
  readonly other: string;
}

/** One text, with its parameters in braces: `Sign in to continue to {client}`. */
export type Text = string | CountedText;

/** One language: a file of its own, named `catalogue-<tag>.ts`, listed in `LANGUAGES` of `catalogue.ts`. */
export interface Language {
  /** BCP 47. */
  readonly tag: string;
  readonly direction: 'ltr' | 'rtl';
  readonly texts: Readonly<Record<string, Text>>;
}
