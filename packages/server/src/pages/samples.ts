import { buildErrorPage, type Problem } from './error-page.js';
import type { Look, Page } from './page.js';

/** A page to look at, with the look it is shown in. */
export interface Sample {
  readonly page: Page;
  readonly look: Look;
}

const PROBLEMS: readonly Problem[] = [
  'unknown-client',
  'unknown-callback',
  'unknown-return',
  'interaction-expired',
  'interaction-finished',
  'interaction-elsewhere',
  'form-outdated',
  'cross-site',
  'cookies-off',
  'bad-request',
  'busy',
  'fault',
  'framed',
  { problem: 'too-many-requests', waitMs: 240_000 },
];

const SQUARE = 'data:image/svg+xml,%3Csvg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/%3E';

/**
 * Every page in every state, for tests and for looking at.
 *
 * @param write Turns each text that comes from outside into what stands on the page: itself, something very long,
 *              something hostile.
 */
export function buildSamples(write: (text: string) => string): ReadonlyMap<string, Sample> {
  const plain: Look = { tenantName: write('Harbour'), logoUrl: null, accent: null };
  const branded: Look = { ...plain, logoUrl: write(SQUARE), accent: write('#ffe600') };
  const form = { action: write('/u/login'), state: write('state-1'), csrf: write('csrf-1') };
  const client = {
    name: write('Harbour Shop'),
    logoUri: write(SQUARE),
    policyUri: write('https://shop.example.com/privacy'),
    tosUri: write('https://shop.example.com/terms'),
  };
  const email = write('ada@example.com');
  const login = { page: 'login', form, client, identifier: '', notice: null, error: null } as const;
  const signUp = {
    page: 'sign-up',
    form,
    client,
    email: '',
    error: null,
    loginUrl: write('/u/login'),
  } as const;
  const consent = { page: 'consent', form, client, account: email, host: write('shop.example.com') } as const;

  const pages: [string, Page, Look][] = [
    ['login', { ...login, signUpUrl: write('/u/signup') }, plain],
    ['login without sign-up', { ...login, signUpUrl: null }, branded],
    [
      'login after three days, mismatch',
      {
        ...login,
        identifier: email,
        notice: { key: 'login.notice.idle', values: { away: { elapsedMs: 259_200_000 } } },
        error: { key: 'login.error.mismatch-or-sign-up', field: 'password' },
        signUpUrl: write('/u/signup'),
      },
      plain,
    ],
    [
      'login confirmed, nothing entered',
      {
        ...login,
        notice: { key: 'login.notice.confirm', values: { client: client.name } },
        error: { key: 'login.error.username-missing', field: 'username' },
        signUpUrl: null,
      },
      branded,
    ],
    [
      'login, too many attempts',
      {
        ...login,
        identifier: email,
        error: { key: 'login.error.too-many-attempts', values: { wait: { waitMs: 240_000 } }, field: 'form' },
        signUpUrl: null,
      },
      plain,
    ],
    ['sign-up', signUp, plain],
    [
      'sign-up, password too short',
      {
        ...signUp,
        email,
        error: { key: 'sign-up.error.password-too-short', values: { minimum: 8 }, field: 'password' },
      },
      branded,
    ],
    [
      'sign-up, account exists',
      { ...signUp, email, error: { key: 'sign-up.error.account-exists', field: 'email' } },
      plain,
    ],
    [
      'consent',
      {
        ...consent,
        scopes: [
          { key: 'scope.openid' },
          { key: 'scope.profile' },
          { key: 'scope.email' },
          { key: 'scope.address' },
          { key: 'scope.phone' },
          { key: 'scope.offline_access' },
          { text: write('Read your orders') },
        ],
      },
      plain,
    ],
    [
      'consent, client without logo',
      { ...consent, client: { ...client, logoUri: null }, scopes: [{ key: 'scope.openid' }] },
      branded,
    ],
    [
      'select-account',
      {
        page: 'select-account',
        form,
        client,
        account: { name: write('Ada Lovelace'), detail: email, picture: null },
      },
      plain,
    ],
    [
      'select-account with picture',
      {
        page: 'select-account',
        form,
        client,
        account: { name: email, detail: email, picture: write(SQUARE) },
      },
      branded,
    ],
    [
      'confirm-logout',
      {
        page: 'confirm-logout',
        form: { ...form, state: '' },
        account: email,
        isElsewhere: false,
        fields: [[write('client_id'), write('shop')]],
        cancelUrl: write('/'),
      },
      plain,
    ],
    [
      'confirm-logout elsewhere',
      {
        page: 'confirm-logout',
        form: { ...form, state: '' },
        account: null,
        isElsewhere: true,
        fields: [],
        cancelUrl: null,
      },
      branded,
    ],
    [
      'confirm-logout of anybody',
      {
        page: 'confirm-logout',
        form: { ...form, state: '' },
        account: null,
        isElsewhere: false,
        fields: [],
        cancelUrl: null,
      },
      plain,
    ],
    ['signed-in', { page: 'signed-in', client, continueUrl: write('https://shop.example.com/') }, plain],
    ['signed-in, of a program', { page: 'signed-in', client, continueUrl: null }, branded],
    ['signed-out', { page: 'signed-out', applications: 3, continueUrl: write('/') }, plain],
    ['signed-out of nothing else', { page: 'signed-out', applications: 0, continueUrl: null }, branded],
    ...PROBLEMS.map((problem): [string, Page, Look] => [
      `error ${typeof problem === 'string' ? problem : problem.problem}`,
      buildErrorPage(problem, {
        reference: write('7KQ2-M4'),
        developer: write('its callback address is not registered.'),
        retryUrl: write('/'),
      }),
      plain,
    ]),
    ['error without way on', buildErrorPage('fault', { reference: write('7KQ2-M4') }), branded],
  ];
  return new Map(pages.map(([name, page, look]) => [name, { page, look }]));
}
