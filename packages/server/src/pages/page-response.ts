import { randomInt } from 'node:crypto';
import type { Configuration } from '../configuration/configuration.js';
import type { HttpRequest, HttpResponse } from '../http/request.js';
import { withHeaders } from '../http/responses.js';
import { decideLocale } from './catalogue.js';
import { buildErrorPage, type Problem } from './error-page.js';
import type { Look, Page } from './page.js';
import { buildPageHeaders, renderPage } from './render.js';

/** A log line repeats no more of what a stranger calls a client than a client's id may have. */
const LONGEST_CLIENT_ID = 255;

/** What a page needs of its surroundings. */
export interface PageContext {
  configuration(): Configuration;
  /** Writes the operator's line that an error page's reference leads to. */
  logProblem(line: { reference: string; problem: string; path: string; clientId: string | null }): void;
}

/** How this tenant's pages look. */
export function buildLook({ tenant, branding }: Configuration): Look {
  return {
    tenantName: tenant.friendlyName,
    logoUrl: branding.logoUrl ?? tenant.pictureUrl,
    accent: branding.primaryColor,
  };
}

/** One page as an answer, in the language that the application or the browser asks for. */
export function pageResponse(
  status: number,
  page: Page,
  request: HttpRequest,
  context: PageContext,
  uiLocales: string | null = null,
): HttpResponse {
  const configuration = context.configuration();
  const look = buildLook(configuration);
  const locale = decideLocale(
    uiLocales,
    request.header('accept-language') ?? null,
    configuration.tenant.enabledLocales,
  );
  return { status, headers: lowerCased(buildPageHeaders(page, look)), body: renderPage(page, look, locale) };
}

/**
 * An error page with a reference that stands in the operator's log as well.
 *
 * @param details.developer for whoever builds the application: what was found, what is expected. No value of the request.
 */
export function problemResponse(
  status: number,
  problem: Problem,
  request: HttpRequest,
  context: PageContext,
  details: { developer?: string; clientId?: string | null; retryUrl?: string | null } = {},
): HttpResponse {
  const reference = newReference();
  const { developer = null, clientId = null, retryUrl = null } = details;
  const name = typeof problem === 'string' ? problem : problem.problem;
  const client = clientId?.slice(0, LONGEST_CLIENT_ID) ?? null;
  context.logProblem({ reference, problem: name, path: request.path, clientId: client });
  return pageResponse(status, buildErrorPage(problem, { reference, developer, retryUrl }), request, context);
}

/** What a stranger is told whose network has left as much in the store as it may. @see security.md 87 */
export function tooMuchKept(request: HttpRequest, context: PageContext): HttpResponse {
  return withHeaders(problemResponse(429, 'busy', request, context), { 'retry-after': '60' });
}

/** Letters and digits that nobody confuses when reading them aloud. */
const READABLE = '23456789ABCDEFGHJKMNPQRSTUVWXYZ';

function newReference(): string {
  const characters = Array.from({ length: 6 }, () => READABLE[randomInt(READABLE.length)]);
  return `${characters.slice(0, 4).join('')}-${characters.slice(4).join('')}`;
}

/** Answers are put together by name, and names in lower case. */
function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
