import type { Message } from './catalogue.js';
import type { ErrorPage } from './page.js';

/**
 * What can go wrong in front of a person: a closed list, each with a title, what happened and what to do.
 * `too-many-requests` is told with the time to wait; all others are the same for everybody.
 */
export type Problem =
  | 'unknown-client'
  | 'unknown-callback'
  | 'unknown-return'
  | 'interaction-expired'
  | 'interaction-finished'
  | 'interaction-elsewhere'
  | 'form-outdated'
  | 'cross-site'
  | 'cookies-off'
  | 'bad-request'
  | 'busy'
  | 'fault'
  | 'framed'
  | { readonly problem: 'too-many-requests'; readonly waitMs: number };

/** What an error page shows beside its problem. */
export interface ErrorDetails {
  /** Shown to the End-User and written in the log: `7KQ2-M4`. */
  readonly reference: string;
  /** For the developer: what was found, what is expected, which setting. `null` where there is nothing to build. */
  readonly developer?: string | null;
  /** Where "Try again" leads. `null`: no such button. */
  readonly retryUrl?: string | null;
}

/** The error page of a problem, with texts that belong together. */
export function buildErrorPage(problem: Problem, details: ErrorDetails): ErrorPage {
  return {
    page: 'error',
    ...buildTexts(problem),
    developer: details.developer ?? null,
    reference: details.reference,
    retryUrl: details.retryUrl ?? null,
  };
}

function buildTexts(problem: Problem): { title: Message; what: Message; next: Message | null } {
  if (typeof problem === 'object') {
    return {
      title: { key: 'error.too-many-requests.title' },
      what: { key: 'error.too-many-requests.what' },
      next: { key: 'error.too-many-requests.next', values: { wait: { waitMs: problem.waitMs } } },
    };
  }
  return {
    title: { key: `error.${problem}.title` },
    what: { key: `error.${problem}.what` },
    next: isDeadEnd(problem) ? null : { key: `error.${problem}.next` },
  };
}

/** A link from nobody we know: there is nothing that its reader could do here. */
function isDeadEnd(problem: Problem): problem is 'unknown-client' | 'unknown-callback' | 'unknown-return' {
  return problem === 'unknown-client' || problem === 'unknown-callback' || problem === 'unknown-return';
}
