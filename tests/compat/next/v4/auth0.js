// @ts-nocheck: Next is installed for `npm run test:next` only
import { Auth0Client } from '@auth0/nextjs-auth0/server';

/** Everything else comes from the environment. The option lets the address of the issuer have a port. */
export const auth0 = new Auth0Client({
  allowInsecureRequests: true,
  logoutStrategy: process.env.LOGOUT_STRATEGY,
});
