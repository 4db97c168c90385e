// @ts-nocheck: Next is installed for `npm run test:next` only
import { handleAuth } from '@auth0/nextjs-auth0';

export default handleAuth();
