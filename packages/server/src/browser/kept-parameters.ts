import { SecretError, type Secrets, seal, unseal } from '../credential/secrets.js';

type Pairs = readonly (readonly [string, string])[];

const PURPOSE = 'id_token_hint';

/** A request's parameters as an interaction keeps them: an ID token does not stand in the store in clear. */
export function sealParameters(parameters: Pairs, secrets: Secrets): Pairs {
  return parameters.map(([name, value]) =>
    name === 'id_token_hint' ? ([name, seal(secrets, PURPOSE, value)] as const) : ([name, value] as const),
  );
}

/** @returns `null` where the secret that sealed them is gone: the sign-in begins anew. */
export function unsealParameters(parameters: Pairs, secrets: Secrets): Pairs | null {
  try {
    return parameters.map(([name, value]) =>
      name === 'id_token_hint'
        ? ([name, unseal(secrets, PURPOSE, value)] as const)
        : ([name, value] as const),
    );
  } catch (error) {
    if (error instanceof SecretError) return null;
    throw error;
  }
}
