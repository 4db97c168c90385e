/** An End-User of a database connection. */
export interface User {
  /** The `sub` claim, `auth0|…` or as imported. Never reused. */
  readonly userId: string;
  readonly connection: string;
  /** As the End-User wrote it; looked up by `identifierKey` of it. */
  readonly email: string | null;
  readonly emailVerified: boolean;
  readonly username: string | null;
  /** argon2id, or bcrypt where imported; `null` where no password was set. */
  readonly passwordHash: string | null;
  /** Every other standard claim, by its OIDC name. */
  readonly claims: Readonly<Record<string, unknown>>;
  readonly userMetadata: Readonly<Record<string, unknown>>;
  readonly appMetadata: Readonly<Record<string, unknown>>;
  readonly blocked: boolean;
  /** Sessions authenticated before this moment are ended, whether or not their rows say so yet. */
  readonly notBefore: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}
