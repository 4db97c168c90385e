import { hash } from 'node:crypto';
import type { Client } from '../client/client.js';
import type { Configuration } from '../configuration/configuration.js';
import { parseNetworkPrefix } from '../http/network-prefix.js';
import type { HttpRequest } from '../http/request.js';
import type { RefreshPolicy } from './family.js';

/** At most this many families live for one End-User and client. @see design.md 5 */
export const FAMILIES_AT_MOST = 200;

/** What client and tenant say at this moment. */
export function buildRefreshPolicy(client: Client, configuration: Configuration): RefreshPolicy {
  const { refreshToken } = client;
  const { tenant, resourceServers } = configuration;
  return {
    rotates: refreshToken.rotationType === 'rotating',
    overlapMs: refreshToken.leewayMs,
    absoluteLimitMs: refreshToken.tokenLifetimeMs,
    idleLimitMs: refreshToken.idleTokenLifetimeMs,
    outlives: refreshToken.outlives,
    overlapElsewhereIsReplay: tenant.overlapElsewhereIsReplay,
    replayEndsSession: tenant.refreshTokenReplayEndsSession,
    clientNotBefore: client.notBefore,
    sessionLimits: { idleMs: tenant.idleSessionLifetimeMs, absoluteMs: tenant.sessionLifetimeMs },
    audiences: offlineAudiencesOf(resourceServers),
  };
}

/** APIs that allow offline access, and no API at all. Computed once for each snapshot of the configuration. */
function offlineAudiencesOf(resourceServers: Configuration['resourceServers']): readonly string[] {
  let audiences = offlineAudiences.get(resourceServers);
  if (audiences === undefined) {
    const apis = [...resourceServers.values()].filter(({ allowOfflineAccess }) => allowOfflineAccess);
    audiences = ['', ...apis.map(({ identifier }) => identifier)];
    offlineAudiences.set(resourceServers, audiences);
  }
  return audiences;
}

const offlineAudiences = new WeakMap<Configuration['resourceServers'], readonly string[]>();

/** Who asks, as 32 bits: enough to see that a retry came from elsewhere, too few to say from where. */
export function computeRequester(http: Pick<HttpRequest, 'header' | 'peerAddress'>): number {
  const network = parseNetworkPrefix(http.peerAddress) ?? http.peerAddress;
  return hash('sha256', `${network} ${http.header('user-agent') ?? ''}`, 'buffer').readInt32BE();
}
