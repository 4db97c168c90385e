/** Values of the `prompt` parameter. @see OIDC Core §3.1.2.1 */
export const PROMPTS = ['none', 'login', 'consent', 'select_account'] as const;

/** One value of `prompt`; a request may have several. @see OIDC Core §3.1.2.1 */
export type Prompt = (typeof PROMPTS)[number];

/**
 * How an authorization response may travel.
 *
 * @see OAuth 2.0 Multiple Response Types §2.1 · OAuth 2.0 Form Post Response Mode · draft-sakimura-oauth-wmrm-00
 */
export const RESPONSE_MODES = ['query', 'fragment', 'form_post', 'web_message'] as const;
/** How an authorization response travels. @see OAuth 2.0 Multiple Response Types §2.1 · Form Post · draft-sakimura-oauth-wmrm */
export type ResponseMode = (typeof RESPONSE_MODES)[number];
