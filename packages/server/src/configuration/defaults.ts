/** What holds where an entry says nothing. Auth0's defaults, except where a comment says why not. */
export const DEFAULTS = {
  tenant: {
    friendlyName: 'Sojourn',
    // Auth0's own default is English alone. Here a browser is answered in its language until a tenant says otherwise.
    enabledLocales: ['en', 'de', 'es', 'fr', 'ja'],
    /** 30 days, at most 365: "require log in after". */
    sessionLifetimeSeconds: 30 * 86_400,
    /** 3 days. */
    idleSessionLifetimeSeconds: 3 * 86_400,
    authorizationCodeLifetimeSeconds: 60,
    transactionLifetimeSeconds: 1_800,
    pushedRequestLifetimeSeconds: 60,
    logRetentionDays: 30,
    silentCountsAsActivity: true,
    overlapElsewhereIsReplay: false,
    refreshTokenReplayEndsSession: false,
    registeredClients: 1_000,
    /** 7 days. */
    unusedClientLifetimeSeconds: 7 * 86_400,
  },
  client: {
    appType: 'regular_web',
    grantTypes: ['authorization_code', 'refresh_token'],
    idTokenSigningAlg: 'RS256',
    idTokenLifetimeSeconds: 36_000,
    responseTypes: ['code'],
  },
  refreshToken: {
    // Auth0's own default is 0, which signs people out whenever an answer is lost.
    leewaySeconds: 30,
    /** 30 days. */
    tokenLifetimeSeconds: 2_592_000,
    /** 15 days. */
    idleTokenLifetimeSeconds: 1_296_000,
  },
  resourceServer: {
    /** Auth0's default for what was made there; an API made in Sojourn says ES256. */
    signingAlg: 'RS256',
    // Auth0's default too. Spring's and Nimbus's verifiers refuse the other.
    tokenDialect: 'access_token',
    tokenLifetimeSeconds: 86_400,
    tokenLifetimeForWebSeconds: 7_200,
  },
  /** The connection that exists where no other was loaded. */
  databaseName: 'Username-Password-Authentication',
} as const;

/** The most that may be set, in seconds unless the name says otherwise. */
export const LIMITS = {
  sessionLifetimeSeconds: 365 * 86_400,
  authorizationCodeLifetimeSeconds: 600,
  transactionLifetimeSeconds: 86_400,
  pushedRequestLifetimeSeconds: 599,
  logRetentionDays: 3_650,
  idTokenLifetimeSeconds: 2_592_000,
  leewaySeconds: 60,
  refreshTokenLifetimeSeconds: 10 * 365 * 86_400,
  tokenLifetimeSeconds: 2_592_000,
  tokenLifetimeForWebSeconds: 86_400,
  /** RFC 7518 §3.2: "A key of the same size as the hash output […] or larger MUST be used." */
  hs256SecretBytes: 32,
  registeredClients: 10_000,
  unusedClientLifetimeSeconds: 365 * 86_400,
  /** Of a secret in the file; sealed ones are longer. */
  secretCharacters: 1_024,
} as const;
