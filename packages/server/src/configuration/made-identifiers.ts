import { randomBytes } from 'node:crypto';

/** What loading draws where the file leaves it open. An argument, so that tests know what was drawn. */
export interface Draw {
  clientId(): string;
  secret(): string;
  userId(): string;
}

/** Identifiers and secrets for entries that have none: 128 random bits for a `client_id`, 384 for a secret. */
export const drawAtRandom: Draw = {
  clientId: () => randomBytes(16).toString('hex'),
  secret: () => randomBytes(48).toString('base64url'),
  userId: makeUserId,
};

/** A user id in the form of Auth0's database connections: `auth0|` and 96 random bits. */
export function makeUserId(): string {
  return `auth0|${randomBytes(12).toString('hex')}`;
}
