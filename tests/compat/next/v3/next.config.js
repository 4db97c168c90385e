// @ts-nocheck: Next is installed for `npm run test:next` only
module.exports = { reactStrictMode: true };
