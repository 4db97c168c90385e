/** Markup that is safe to put on a page as it is. */
class Markup {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
  }
  toString() {
    return this.text;
  }
}

/**
 * Builds markup; every value is escaped unless it is markup itself. `null`, `undefined` and `false` leave nothing.
 *
 * @param {TemplateStringsArray} strings
 * @param {...unknown} values
 * @returns {Markup}
 */
export function html(strings, ...values) {
  const parts = strings.map(
    (string, index) => string + (index < values.length ? toMarkup(values[index]) : ''),
  );
  return new Markup(parts.join(''));
}

/**
 * @param {unknown} value
 * @returns {string}
 */
function toMarkup(value) {
  if (value === null || value === undefined || value === false) return '';
  if (value instanceof Markup) return value.text;
  if (Array.isArray(value)) return value.map(toMarkup).join('');
  return escapeText(String(value));
}

const ESCAPES = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
]);

/** @param {string} text */
function escapeText(text) {
  return text.replace(/[&<>"']/g, (character) => ESCAPES.get(character) ?? character);
}
