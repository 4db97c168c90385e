import type { Deployment } from './deployment.js';
import { HttpBrowser, type Page } from './http-browser.js';
import { askInFrame, codeFor, type Overrides, PAGE_OF_A } from './requests.js';

export const ATTACHED = /^__Host-sojourn\.attached\.[A-Za-z0-9_-]{16}=/;

/** Redeems a code as a page of a.test with credentials does: cookies are sent and kept. */
export async function exchangeInPage(
  browser: HttpBrowser,
  op: Deployment,
  request: { readonly code: string; readonly verifier: string },
  fields: Record<string, string> = {},
  headers: Record<string, string> = {},
): Promise<Page> {
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    client_id: 'spa-a',
    redirect_uri: 'https://a.test/cb',
    code: request.code,
    code_verifier: request.verifier,
    ...fields,
  });
  return browser.send('POST', `${op.issuer}oauth/token`, body, { ...PAGE_OF_A, ...headers });
}

/**
 * A browser that blocks third-party cookies: the jar that it keeps for a.test holds the attachment and nothing else.
 *
 * @param browser where the End-User has signed in.
 */
export async function attachedPartition(
  op: Deployment,
  browser: HttpBrowser,
  overrides: Overrides = {},
  fields: Record<string, string> = {},
  headers: Record<string, string> = {},
): Promise<HttpBrowser> {
  const partition = new HttpBrowser(op.issuer);
  const answer = await exchangeInPage(partition, op, await codeFor(op, browser, overrides), fields, headers);
  if (answer.status !== 200) throw new Error(`no tokens: ${answer.html}`);
  return partition;
}

/** One silent renewal in a partition, exchange included. Returns the token response. */
export async function renew(op: Deployment, partition: HttpBrowser): Promise<Record<string, string>> {
  const { response, request } = await askInFrame(op, partition);
  if (response.code === undefined) throw new Error(`no code: ${JSON.stringify(response)}`);
  const answer = await exchangeInPage(partition, op, { ...request, code: response.code });
  if (answer.status !== 200) throw new Error(`no tokens: ${answer.html}`);
  return JSON.parse(answer.html) as Record<string, string>;
}

/** The attachment that a jar holds. */
export function attachedValue(browser: HttpBrowser): string {
  const found = [...browser.cookies].filter(([name]) => name.startsWith('__Host-sojourn.attached.'));
  if (found.length !== 1) throw new Error(`${found.length} attachments`);
  return found[0]?.[1] ?? '';
}

export function generationOf(value: string): number {
  return Number(value.split('.')[3]);
}
