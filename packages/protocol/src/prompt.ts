/** Values of the `prompt` parameter. @see OIDC Core §3.1.2.1 */
export const PROMPTS = ['none', 'login', 'consent', 'select_account'] as const;
export type Prompt = (typeof PROMPTS)[number];

export const RESPONSE_MODES = ['query', 'fragment', 'form_post', 'web_message'] as const;
/** How an authorization response travels. @see OAuth 2.0 Multiple Response Types §2.1 · Form Post · draft-sakimura-oauth-wmrm */
export type ResponseMode = (typeof RESPONSE_MODES)[number];
