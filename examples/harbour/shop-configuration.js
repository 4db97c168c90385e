/**
 * What a shop's page is told: everything else it learns from Sojourn.
 *
 * @typedef {object} ShopConfiguration
 * @property {string} issuer without a trailing slash, as auth0-spa-js wants its `domain`
 * @property {string} clientId
 * @property {string} audience
 * @property {string} scope
 * @property {string} apiAddress what "Call the API" fetches
 * @property {{ name: string, address: string }} neighbour the application to open next
 * @property {{ email: string, password: string }} demoUser
 * @property {{ idle: number, absolute: number }} sessionHours
 */

export {};
