import type { HttpRequest } from './request.js';

/** Whether an SDK of Auth0's asks: each sends its name and version, and takes answers in Auth0's words. */
export function isAuth0Client(http: HttpRequest): boolean {
  return http.header('auth0-client') !== undefined;
}
