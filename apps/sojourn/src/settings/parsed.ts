/**
 * What a setting's own parser answers: the value, or what would have been one. `found` stands in for the text where that
 * may hold a secret.
 */
export type Parsed<T> = { readonly value: T } | { readonly found?: string; readonly expected: string };
