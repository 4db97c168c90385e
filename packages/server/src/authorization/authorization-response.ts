import { hash } from 'node:crypto';
import { type ErrorCode, REASONS, type Reason } from '@sojourn/protocol';
import { escapeHtml, escapeScriptJson } from '../http/escape.js';
import { originOf } from '../http/origin.js';
import type { HttpResponse } from '../http/request.js';
import { html, seeOther, toLocation } from '../http/responses.js';
import type { ResponseTarget } from './response-target.js';

/** An authorization response before it is given a form: pairs in the order they are sent. */
export type ResponseParameters = readonly (readonly [string, string])[];

/** Auth0's own text first, because SDKs and people know it; the sentence of the reason behind it. */
const AUTH0_TEXT: Partial<Record<ErrorCode, string>> = {
  login_required: 'Login required',
  consent_required: 'Consent required',
  interaction_required: 'Interaction required',
  access_denied: 'Access denied',
  temporarily_unavailable: 'Temporarily unavailable',
  server_error: 'Server error',
};

/**
 * An error with its reason: the sentence always, the code where the request asks for it.
 *
 * @see OIDC Core §3.1.2.6 · design.md 6
 */
export function buildErrorParameters(
  error: ErrorCode,
  reason: Reason,
  { tellsReason }: { readonly tellsReason: boolean },
): ResponseParameters {
  const parameters: [string, string][] = [
    ['error', error],
    ['error_description', `${AUTH0_TEXT[error] ?? error}. ${REASONS[reason]}`],
  ];
  if (tellsReason) parameters.push(['sojourn_reason', reason]);
  return parameters;
}

/**
 * Gives an authorization response its form: `state` as it came, `iss` always.
 *
 * @see RFC 6749 §4.1.2 · RFC 9207 · OAuth 2.0 Form Post Response Mode · draft-sakimura-oauth-wmrm-00
 */
export function buildAuthorizationResponse(
  target: ResponseTarget,
  parameters: ResponseParameters,
  issuer: string,
): HttpResponse {
  const all: ResponseParameters = [
    ...parameters,
    // An SDK that sent no state refuses an answer that has one.
    ...(target.state === null ? [] : ([['state', target.state]] as const)),
    ['iss', issuer],
  ];
  switch (target.mode) {
    case 'query': {
      const location = toLocation(target.redirectUri);
      return seeOther(`${location}${location.includes('?') ? '&' : '?'}${buildQuery(all)}`);
    }
    case 'fragment':
      return seeOther(`${toLocation(target.redirectUri)}#${buildQuery(all)}`);
    case 'form_post':
      return buildFormPost(target.redirectUri, all);
    case 'web_message':
      return buildWebMessage(target.redirectUri, all);
  }
}

/** Spaces as %20 and `=` as %3D: auth0-spa-js 1.x reads neither `+` nor a bare `=` in a value. */
function buildQuery(parameters: ResponseParameters): string {
  return parameters
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&');
}

const SUBMIT_SCRIPT = 'document.forms[0].submit()';
const SUBMIT_SCRIPT_HASH = hash('sha256', SUBMIT_SCRIPT, 'base64');

/**
 * A form that posts itself, and has a button for browsers without script. No `form-action` in the policy: browsers
 * apply it to the redirects that follow, which are the client's business.
 */
function buildFormPost(redirectUri: string, parameters: ResponseParameters): HttpResponse {
  const fields = parameters.map(
    ([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`,
  );
  const body = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Signing in</title></head><body>
<form method="post" action="${escapeHtml(redirectUri)}">
${fields.join('\n')}
<noscript><button type="submit">Continue</button></noscript>
</form>
<script>${SUBMIT_SCRIPT}</script></body></html>`;
  return html(200, body, {
    'content-security-policy': `default-src 'none'; script-src 'sha256-${SUBMIT_SCRIPT_HASH}'; base-uri 'none'; frame-ancestors 'none'`,
  });
}

/**
 * A page that posts one message to the opener or parent, addressed to the literal origin of the registered redirect
 * URI; only that origin may frame it.
 *
 * @see auth0-wire.md 2.5 · security.md 58
 */
function buildWebMessage(redirectUri: string, parameters: ResponseParameters): HttpResponse {
  // The request was refused before it came here if the registered address had none.
  const origin = originOf(redirectUri) ?? '';
  const message = escapeScriptJson({
    type: 'authorization_response',
    response: Object.fromEntries(parameters),
  });
  const script = `(opener||parent).postMessage(${message},${escapeScriptJson(origin)})`;
  const scriptHash = hash('sha256', script, 'base64');
  return html(
    200,
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Authorization Response</title></head><body><script>${script}</script></body></html>`,
    {
      'content-security-policy': `default-src 'none'; script-src 'sha256-${scriptHash}'; base-uri 'none'; frame-ancestors ${origin}`,
    },
  );
}
