import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startApi } from './api/server.js';
import { startClassic } from './classic/server.js';
import { startDesk } from './desk/server.js';
import { findPorts } from './ports.js';
import { keepSecrets, newSecrets } from './secrets.js';
import { startShop } from './shop/server.js';
import { showFamily, startSojourn } from './sojourn-process.js';
import { AUDIENCE, CLIENT_IDS, DEMO_USER, demoTenant, SCOPE, SESSION_HOURS } from './tenant.js';

export const PREFERRED_PORTS = { server: 4400, shop: 4401, docs: 4402, desk: 4403, api: 4404, classic: 4405 };

/** Kept between starts, so that a visitor who is signed in stays signed in when the demo restarts. */
export const DEMO_FOLDER = fileURLToPath(new URL('../.sojourn/demo', import.meta.url));

/**
 * A running demo.
 *
 * @typedef {object} Demo
 * @property {{ issuer: string, shop: string, docs: string, desk: string, api: string, classic: string }} addresses
 *   without a trailing slash, but for the issuer
 * @property {typeof DEMO_USER} user
 * @property {ReturnType<typeof demoTenant>} tenant what the server was started with, or must be loaded with
 * @property {Promise<string>} ended tells in words why the server ended, if nobody called `stop`
 * @property {() => Promise<void>} stop
 */

/**
 * Starts the applications, and the server they sign in at: the `sojourn` command in a process of its own,
 * or, with `issuer`, a server that runs already and is then given `tenant` by the caller.
 *
 * @param {object} [options]
 * @param {Readonly<Partial<typeof PREFERRED_PORTS>>} [options.ports] where free, else the next free ones; 0 is any
 * @param {string} [options.folder] for database, tenant file, log and secrets; `DEMO_FOLDER` by default. With
 *   `issuer` nothing is kept unless a folder is named
 * @param {string} [options.issuer] of a server that runs already; ends in `/`
 * @param {import('./harbour/family-lookup.js').FindFamily} [options.findFamily] tells a refresh token family by its
 *   id. By default the `sojourn` command does; with `issuer` nobody does, and the applications say so
 * @param {(line: string) => void} [options.onLine] what the server says while it runs
 * @returns {Promise<Demo>}
 */
export async function startDemo({
  ports: preferred = {},
  folder,
  issuer,
  findFamily,
  onLine = () => {},
} = {}) {
  const ports = await findPorts({ ...PREFERRED_PORTS, ...preferred });
  const addresses = {
    issuer: issuer ?? `http://localhost:${ports.server}/`,
    shop: `http://shop.localhost:${ports.shop}`,
    docs: `http://docs.localhost:${ports.docs}`,
    desk: `http://desk.localhost:${ports.desk}`,
    api: `http://api.localhost:${ports.api}`,
    classic: `http://classic.localhost:${ports.classic}`,
  };
  const home = folder ?? (issuer === undefined ? DEMO_FOLDER : null);
  if (home !== null) await mkdir(home, { recursive: true, mode: 0o700 });
  const secrets = home === null ? newSecrets() : await keepSecrets(home);
  const tenant = demoTenant(addresses, secrets.deskClientSecret);

  /** @type {(() => Promise<void>)[]} */
  const stops = [];
  const stop = async () => {
    await Promise.all(stops.map((stopOne) => stopOne()));
  };
  try {
    /** @type {Promise<string>} */
    let ended = new Promise(() => {});
    let tellFamily = findFamily ?? null;
    if (issuer === undefined && home !== null) {
      const tenantFile = join(home, 'tenant.json');
      await writeFile(tenantFile, JSON.stringify(tenant, null, 2), { mode: 0o600 });
      const sojourn = await startSojourn({ port: ports.server, folder: home, tenantFile, onLine });
      stops.push(sojourn.stop);
      ended = sojourn.ended;
      tellFamily ??= (id) => showFamily(home, id);
    }
    for (const application of await startApplications(addresses, ports, secrets, tellFamily))
      stops.push(application.stop);
    return { addresses, user: DEMO_USER, tenant, ended, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * @param {Demo['addresses']} addresses
 * @param {typeof PREFERRED_PORTS} ports
 * @param {import('./secrets.js').DeskSecrets} secrets
 * @param {import('./harbour/family-lookup.js').FindFamily | null} findFamily
 */
async function startApplications(addresses, ports, secrets, findFamily) {
  /** @type {readonly import('./harbour/document.js').Application[]} */
  const applications = [
    { key: 'shop', name: 'Harbour Shop', address: addresses.shop },
    { key: 'docs', name: 'Harbour Docs', address: addresses.docs },
    { key: 'desk', name: 'Harbour Desk', address: addresses.desk },
    { key: 'classic', name: 'Harbour Classic', address: addresses.classic },
  ];
  const forBrowser = {
    issuer: new URL(addresses.issuer).origin,
    audience: AUDIENCE,
    scope: SCOPE,
    demoUser: DEMO_USER,
    sessionHours: SESSION_HOURS,
  };
  return await Promise.all([
    startApi({
      port: ports.api,
      issuer: addresses.issuer,
      audience: AUDIENCE,
      scope: SCOPE,
      origins: [addresses.shop, addresses.docs, addresses.classic],
    }),
    startShop({
      port: ports.shop,
      current: 'shop',
      purpose: 'Rope, lanterns and charts for small boats. A single-page application with auth0-spa-js.',
      applications,
      configuration: {
        ...forBrowser,
        clientId: CLIENT_IDS.shop,
        apiAddress: `${addresses.api}/orders`,
        neighbour: { name: 'Harbour Docs', address: addresses.docs },
      },
      findFamily,
    }),
    startShop({
      port: ports.docs,
      current: 'docs',
      purpose: 'Tide tables and berthing rules. Another single-page application, on another site.',
      applications,
      configuration: {
        ...forBrowser,
        clientId: CLIENT_IDS.docs,
        apiAddress: `${addresses.api}/documents`,
        neighbour: { name: 'Harbour Shop', address: addresses.shop },
      },
      findFamily,
    }),
    startDesk({
      port: ports.desk,
      baseURL: addresses.desk,
      issuer: addresses.issuer,
      clientId: CLIENT_IDS.desk,
      clientSecret: secrets.deskClientSecret,
      cookieSecret: secrets.deskCookieSecret,
      audience: AUDIENCE,
      scope: SCOPE,
      apiAddress: `http://127.0.0.1:${ports.api}/arrivals`,
      purpose: 'Arrivals and berths. Rendered on the server, with express-openid-connect.',
      applications,
      demoUser: DEMO_USER,
      sessionHours: SESSION_HOURS.absolute,
      findFamily,
    }),
    startClassic({
      port: ports.classic,
      purpose:
        'The screen on the quay, as pages were written in 2017: jQuery, auth0.js, and tokens without a code.',
      applications,
      configuration: {
        ...forBrowser,
        clientId: CLIENT_IDS.classic,
        apiAddress: `${addresses.api}/arrivals`,
        neighbour: { name: 'Harbour Shop', address: addresses.shop },
      },
    }),
  ]);
}
