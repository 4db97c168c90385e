/**
 * What this page uses of jQuery and auth0.js, which bring no types of their own.
 *
 * @typedef {object} Selection
 * @property {(markup: string) => Selection} html
 * @property {(name: string, value: boolean) => Selection} prop
 * @property {(event: string, handler: (event: { target: HTMLInputElement }) => void) => Selection} on
 *
 * @typedef {object} AuthResult
 * @property {string} accessToken
 * @property {string} idToken
 * @property {number} expiresIn seconds
 * @property {{ sub: string, name?: string, email?: string, auth_time?: number }} idTokenPayload verified by auth0.js
 * @property {{ begunAt?: number } | null} appState
 *
 * @typedef {(error: unknown, result: AuthResult | null) => void} Callback
 *
 * @typedef {object} WebAuth
 * @property {(options: object) => void} authorize
 * @property {(options: { hash: string }, callback: Callback) => void} parseHash
 * @property {(options: object, callback: Callback) => void} checkSession
 * @property {(options: object, callback: Callback) => void} renewAuth
 * @property {(options: object) => void} logout
 *
 * @typedef {object} Libraries
 * @property {(selector: string) => Selection} jQuery
 * @property {{ WebAuth: new (options: object) => WebAuth }} auth0
 */

/** As published, loaded by the page before this module. */
export const { jQuery: $, auth0 } = /** @type {Libraries} */ (/** @type {unknown} */ (globalThis));
