import { z } from 'zod';
import { flag, group, judged, metadata, text } from './field.js';
import { findWebUrlFault } from './registered-url.js';

const webUrl = judged(findWebUrlFault);

/** The standard claims that a user entry may carry, by their OIDC names. @see OIDC Core §5.1 */
const claims = {
  name: text(300).optional(),
  given_name: text(150).optional(),
  family_name: text(150).optional(),
  middle_name: text(150).optional(),
  nickname: text(300).optional(),
  preferred_username: text(300).optional(),
  profile: webUrl.optional(),
  picture: webUrl.optional(),
  website: webUrl.optional(),
  gender: text(100).optional(),
  birthdate: z
    .string({ error: 'expected a date such as 1990-05-17' })
    .regex(/^(\d{4}(-\d{2}-\d{2})?|--\d{2}-\d{2})$/, 'expected a date such as 1990-05-17, 0000-05-17 or 1990')
    .optional(),
  zoneinfo: text(100).optional(),
  locale: text(50).optional(),
  phone_number: text(50).optional(),
  phone_number_verified: flag().optional(),
  address: group({
    formatted: z.string({ error: 'expected a text' }).max(1_000).optional(),
    street_address: z.string({ error: 'expected a text' }).max(1_000).optional(),
    locality: text().optional(),
    region: text().optional(),
    postal_code: text(50).optional(),
    country: text().optional(),
  }).optional(),
};

/** The names of the fields that become `User.claims`. */
export const CLAIM_FIELDS = Object.keys(claims) as readonly (keyof typeof claims)[];

/** An End-User, as Auth0's user import names it. */
export const userEntry = group({
  /** The `sub`, kept as it stands. Default: `auth0|` and 24 hexadecimal digits. */
  user_id: z
    .string({ error: 'expected 1 to 255 printable ASCII characters' })
    .regex(/^[\x21-\x7e]{1,255}$/, 'expected 1 to 255 printable ASCII characters')
    .optional(),
  /** Default: the first database. */
  connection: text().optional(),
  email: z.string({ error: 'expected an email address' }).optional(),
  email_verified: flag().optional(),
  username: z.string({ error: 'expected a username' }).optional(),
  /** In clear. One that the stored hash already stands for changes nothing and ends nothing. */
  password: z
    .string({ error: 'expected a text' })
    .min(1, 'expected 1 to 1024 characters')
    .max(1_024, 'expected 1 to 1024 characters')
    .optional(),
  /** bcrypt (`$2b$…`) or argon2 (`$argon2id$…`). */
  password_hash: z.string({ error: 'expected a bcrypt or argon2 hash' }).optional(),
  ...claims,
  user_metadata: metadata().optional(),
  app_metadata: metadata().optional(),
  /** Absent leaves the account as it is. */
  blocked: flag().optional(),
});

/** A user as a tenant file says it, every field read. */
export type UserEntry = z.output<typeof userEntry>;
