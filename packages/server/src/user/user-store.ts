import type { Event } from '../events/events.js';
import type { User } from './user.js';

/** Keeps End-Users. */
export interface UserStore {
  findUser(userId: string): Promise<User | null>;
  /** @param key the email or username as `identifierKey` writes it. */
  findUserByIdentifier(key: string): Promise<User | null>;
  createUser(user: NewUser, events: readonly Event[]): Promise<'created' | 'identifier-taken'>;
  /** Profile, identifiers and metadata; neither password nor block. */
  updateUser(user: NewUser, now: number): Promise<'updated' | 'identifier-taken' | 'unknown'>;
  /** Replaces a hash by a better one of the same password, unless the password was changed meanwhile. Ends nothing. */
  rehashPassword(rehash: { userId: string; from: string; to: string }): Promise<void>;
  /** Ends every session of the End-User in the same step. */
  changePassword(change: {
    userId: string;
    passwordHash: string;
    now: number;
    events: readonly Event[];
  }): Promise<'changed' | 'unknown'>;
  /** Blocking ends every session of the End-User in the same step. */
  blockUser(change: {
    userId: string;
    blocked: boolean;
    now: number;
    events: readonly Event[];
  }): Promise<'changed' | 'unknown'>;
}

/** A user with the keys it is found by. */
export interface NewUser {
  readonly user: User;
  readonly identifierKeys: readonly string[];
}
