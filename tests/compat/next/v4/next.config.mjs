// @ts-nocheck: Next is installed for `npm run test:next` only
/** Without it Next takes the repository around this folder for its own. */
export default { outputFileTracingRoot: import.meta.dirname, reactStrictMode: true };
