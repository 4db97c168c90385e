import type { ConfigurationDocument } from './configuration.js';

/** Under which purpose each secret of the configuration is sealed: one cannot be moved to the place of another. */
export const SECRET_PURPOSES = {
  clientSecret: 'client secret',
  signingSecret: 'API signing secret',
} as const;

/** Seals a secret for one purpose: sealed for another, it does not open. */
export type Seal = (purpose: string, plaintext: string) => string;

/**
 * Opens what `Seal` made for the same purpose. Throws `SecretError` where it was sealed under a secret that is not
 * there.
 */
export type Unseal = (purpose: string, sealed: string) => string;

const SECRET_FIELD_OF: Readonly<
  Partial<Record<ConfigurationDocument['kind'], { field: string; purpose: string }>>
> = {
  client: { field: 'client_secret', purpose: SECRET_PURPOSES.clientSecret },
  'resource-server': { field: 'signing_secret', purpose: SECRET_PURPOSES.signingSecret },
};

/** A document with its secret turned by `seal` or `unseal`; one without a secret as it is. */
export function withSecret(document: ConfigurationDocument, turn: Seal | Unseal): ConfigurationDocument {
  const secret = SECRET_FIELD_OF[document.kind];
  const value = secret === undefined ? undefined : document.document[secret.field];
  if (secret === undefined || typeof value !== 'string') return document;
  return { ...document, document: { ...document.document, [secret.field]: turn(secret.purpose, value) } };
}
