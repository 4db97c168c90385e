import type { english } from './catalogue-en.js';
import type { Language, Text } from './language.js';

/** Every text of English, by its key. */
export type EnglishTexts = (typeof english)['texts'];

/** The key of a text. English decides which there are; every other language has the same. */
export type MessageKey = keyof EnglishTexts;

/** A language that says everything English says. */
export interface Translation extends Language {
  readonly texts: Readonly<Record<MessageKey, Text>>;
}
