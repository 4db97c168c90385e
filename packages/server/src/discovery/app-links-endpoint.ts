import type { Handler, HttpResponse } from '../http/request.js';
import { json } from '../http/responses.js';
import { JWKS_MAX_AGE_MS } from '../keys/signing-keys.js';
import type { Ports } from '../ports.js';

const HEADERS = {
  'content-type': 'application/json; charset=utf-8',
  'cache-control': `public, max-age=${JWKS_MAX_AGE_MS / 1000}`,
};

/**
 * Which Android applications may open links to this server: those whose callbacks are `https` addresses of it.
 *
 * @see Digital Asset Links · RFC 8252 §7.2
 */
export function assetLinksEndpoint({ configuration }: Pick<Ports, 'configuration'>): Handler {
  return async () => {
    const apps = [...configuration().clients.values()].flatMap(({ androidApp }) => androidApp ?? []);
    return answer(
      apps.map(({ packageName, fingerprints }) => ({
        relation: ['delegate_permission/common.handle_all_urls'],
        target: {
          namespace: 'android_app',
          package_name: packageName,
          sha256_cert_fingerprints: fingerprints,
        },
      })),
      apps.length,
    );
  };
}

/**
 * The same for applications of Apple's systems, each for the addresses that Auth0's SDK takes for its callbacks.
 *
 * @see Apple: Supporting associated domains · RFC 8252 §7.2
 */
export function appSiteAssociationEndpoint({ configuration }: Pick<Ports, 'configuration'>): Handler {
  return async () => {
    const apps = [...configuration().clients.values()].flatMap(({ iosApp }) => iosApp ?? []);
    const idOf = ({ teamId, bundleIdentifier }: (typeof apps)[number]) => `${teamId}.${bundleIdentifier}`;
    return answer(
      {
        applinks: {
          apps: [],
          details: apps.map((app) => ({ appID: idOf(app), paths: [`/ios/${app.bundleIdentifier}/*`] })),
        },
        webcredentials: { apps: apps.map(idOf) },
      },
      apps.length,
    );
  };
}

function answer(document: unknown, apps: number): HttpResponse {
  return apps === 0
    ? json(404, { error: 'not_found' })
    : { status: 200, headers: HEADERS, body: JSON.stringify(document) };
}
