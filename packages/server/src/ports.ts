import type { ClientLogos } from './client/client-logos.js';
import type { RecordClientUse } from './client/client-use.js';
import type { RemoteKeys } from './client/remote-keys.js';
import type { SecretThrottle } from './client/secret-throttle.js';
import type { Subjects } from './client/subject.js';
import type { Configuration } from './configuration/configuration.js';
import type { Secrets } from './credential/secrets.js';
import type { Event } from './events/events.js';
import type { MayKeep } from './http/keeping-limit.js';
import type { HttpRequest } from './http/request.js';
import type { Keyring } from './keys/signing-keys.js';
import type { Outbound } from './outbound/guarded-call.js';
import type { PageContext } from './pages/page-response.js';
import type { PasswordHashing } from './user/password-hashing.js';

/**
 * What the outside gives to handlers. Each names the part that it takes, of the store as well, so that its signature
 * says what it may touch: `Pick<Ports<CodeStore>, 'store' | 'now'>`.
 */
export interface Ports<Storage = unknown> extends PageContext {
  /** Ends in `/`. */
  readonly issuer: string;
  readonly store: Storage;
  readonly secrets: Secrets;
  readonly keys: Keyring;
  readonly passwords: PasswordHashing;
  /** Of wrong client secrets, at whichever endpoint they are tried. */
  readonly throttle: SecretThrottle;
  /** Bounds what strangers leave in the store. */
  readonly mayKeep: MayKeep;
  /** The configuration in force at this moment. */
  configuration(): Configuration;
  /** Reads it anew, after the store's was changed here. */
  reloadConfiguration(): Promise<void>;
  /** The one way to an address that somebody else has written. */
  readonly outbound: Outbound;
  readonly remoteKeys: RemoteKeys;
  readonly logos: ClientLogos;
  /** Told before anything is issued to a client by the authorization endpoint. */
  readonly recordClientUse: RecordClientUse;
  /** What clients know End-Users by. */
  readonly subjects: Subjects;
  /** Milliseconds since the epoch, by the clock that all nodes share. */
  now(): number;
  /** Records an event within a second, together with others. Events that must not be lost go with their write. */
  record(event: Event): void;
  /** Writes a fault of ours to the operator's log. */
  logFault(error: unknown, request: HttpRequest): void;
}
