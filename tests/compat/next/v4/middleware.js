// @ts-nocheck: Next is installed for `npm run test:next` only
import { auth0 } from './auth0';

export function middleware(request) {
  return auth0.middleware(request);
}

export const config = { matcher: ['/((?!_next/static|_next/image|favicon.ico).*)'] };
