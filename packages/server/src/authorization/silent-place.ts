import { isFramed } from '../http/fetch-metadata.js';
import { originOf } from '../http/origin.js';
import type { HttpRequest } from '../http/request.js';

/** Where a silent request comes from, as far as the browser says. */
export type SilentPlace =
  /** A frame in a page that is none of the client's: no cookie is read for it. */
  | { readonly outcome: 'foreign' }
  | {
      readonly outcome: 'answered';
      /** Whose allowance of silent requests it uses up. */
      readonly place: string;
      /** A frame in a page that does not say whose it is, so that its answers have one length. */
      readonly isUnnamed: boolean;
    };

/**
 * Whose page asks. One that the client lists has an allowance that no other page can use up; pages that do not say whose
 * they are share one, apart by how near the browser says they are; and what a top-level visit from elsewhere uses up is
 * nobody's frame's.
 *
 * @see security.md 59 · design.md 4 · docs/decisions/0016-what-foreign-pages-learn.md
 */
export function decideSilentPlace(request: HttpRequest, webOrigins: readonly string[]): SilentPlace {
  const referer = request.header('referer');
  const site = request.header('sec-fetch-site') ?? 'unsaid';
  const kind = isFramed(request) ? 'frame' : 'page';
  if (referer === undefined) {
    return { outcome: 'answered', place: `${kind} ${site}`, isUnnamed: kind === 'frame' };
  }
  const origin = originOf(referer);
  if (origin !== null && webOrigins.includes(origin)) {
    return { outcome: 'answered', place: `${kind} of ${origin}`, isUnnamed: false };
  }
  return kind === 'frame'
    ? { outcome: 'foreign' }
    : { outcome: 'answered', place: 'page from elsewhere', isUnnamed: false };
}
