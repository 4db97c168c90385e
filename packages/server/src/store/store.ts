import type { CodeStore } from '../authorization/code-store.js';
import type { ConsentStore } from '../authorization/consent-store.js';
import type { PushedRequestStore } from '../authorization/pushed-request-store.js';
import type { InteractionStore } from '../browser/interaction-store.js';
import type { PostedRequestStore } from '../browser/posted-request-store.js';
import type { ClientUseStore } from '../client/client-use-store.js';
import type { ConfigurationStore } from '../configuration/configuration-store.js';
import type { AttemptStore } from '../credential/attempt-store.js';
import type { SecretStore } from '../credential/secret-store.js';
import type { SingleUseStore } from '../credential/single-use-store.js';
import type { EventStore } from '../events/event-store.js';
import type { HeartbeatStore } from '../health/heartbeat-store.js';
import type { KeyStore } from '../keys/key-store.js';
import type { FamilyStore } from '../refresh-token/family-store.js';
import type { RegistrationStore } from '../registration/registration-store.js';
import type { AttachmentStore } from '../session/attachment-store.js';
import type { SessionStore } from '../session/session-store.js';
import type { GrantStore } from '../token/grant-store.js';
import type { UserStore } from '../user/user-store.js';

/**
 * The storage boundary. Reads are `find…`. Every write is one sentence of the protocol, happens entirely or not
 * at all, is durable before it answers, and returns what happened, because the loser of a race must know that it
 * lost. Times are integer milliseconds and always given by the caller.
 *
 * Every method throws `StoreUnavailable` where the store cannot answer; then nothing was changed.
 */
export interface Store
  extends ConfigurationStore,
    RegistrationStore,
    ClientUseStore,
    SecretStore,
    SingleUseStore,
    AttemptStore,
    KeyStore,
    UserStore,
    InteractionStore,
    PostedRequestStore,
    PushedRequestStore,
    SessionStore,
    AttachmentStore,
    ConsentStore,
    CodeStore,
    GrantStore,
    FamilyStore,
    EventStore,
    HeartbeatStore {
  /** Deletes what nothing can ask for any more, in small steps. Returns how many rows went. */
  deleteExpired(now: number, policy: { logRetentionMs: number; atMost: number }): Promise<number>;
  close(): Promise<void>;
}
