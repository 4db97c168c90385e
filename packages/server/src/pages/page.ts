import type { Message, MessageUnder } from './catalogue.js';

export type { Message } from './catalogue.js';

/** How the tenant wants its pages to look. */
export interface Look {
  readonly tenantName: string;
  /** https URL or `data:image/…`; with `null`, or anything else, the name is written instead. */
  readonly logoUrl: string | null;
  /** `#rrggbb`; `null`, or anything else, gives Sojourn's own. */
  readonly accent: string | null;
}

/** Fields every form of an interaction carries back, hidden. */
export interface FormBinding {
  /** Where the form is posted. */
  readonly action: string;
  /** The interaction's id, posted as `state`. Empty where the form belongs to none (sign-out): then it is left out. */
  readonly state: string;
  /** Posted as `csrf`. */
  readonly csrf: string;
}

/** The application the page is for. */
export interface ClientFace {
  readonly name: string;
  /** On the pages for signing in `data:image/…` only: these pages ask no third party for anything. */
  readonly logoUri: string | null;
  /** Where the application says what it does with data, and on what terms. https or http, else left out. */
  readonly policyUri: string | null;
  readonly tosUri: string | null;
}

/** A message shown beside the field that gets the focus, or above all fields where it concerns the whole form. */
export type FieldError<Prefix extends string, Field extends string> = MessageUnder<Prefix> & {
  readonly field: Field | 'form';
};

/** Posts `username`, `password`, `action=sign-in`. */
export interface LoginPage {
  readonly page: 'login';
  readonly form: FormBinding;
  readonly client: ClientFace;
  /** Written into the identifier field. */
  readonly identifier: string;
  /** Why the End-User is asked, where it is not obvious ("You have been away for 3 days…"). */
  readonly notice: MessageUnder<'login.notice'> | null;
  readonly error: FieldError<'login.error', 'username' | 'password'> | null;
  /** `null` where nobody may sign up; say `login.error.mismatch-or-sign-up` only where it is not. */
  readonly signUpUrl: string | null;
}

/** Posts `email`, `password`, `action=sign-up`. */
export interface SignUpPage {
  readonly page: 'sign-up';
  readonly form: FormBinding;
  readonly client: ClientFace;
  readonly email: string;
  readonly error: FieldError<'sign-up.error', 'email' | 'password'> | null;
  readonly loginUrl: string;
}

/** Posts `decision=allow` or `decision=deny`. */
export interface ConsentPage {
  readonly page: 'consent';
  readonly form: FormBinding;
  readonly client: ClientFace;
  readonly account: string;
  /** The host that will receive the answer; unproven clients are told apart by it. */
  readonly host: string;
  /** One line per thing asked for: a catalogue message for OIDC scopes, the API's own words for others. */
  readonly scopes: readonly (MessageUnder<'scope'> | { readonly text: string })[];
}

/** Posts `choice=continue` or `choice=another`. */
export interface SelectAccountPage {
  readonly page: 'select-account';
  readonly form: FormBinding;
  readonly client: ClientFace;
  readonly account: { readonly name: string; readonly detail: string; readonly picture: string | null };
}

/** Posts `decision=sign-out` and `fields`. */
export interface ConfirmLogoutPage {
  readonly page: 'confirm-logout';
  readonly form: FormBinding;
  /** Whom the click signs out; `null` where the browser has not shown that it may know. */
  readonly account: string | null;
  /** Whether the session is another browser's. */
  readonly isElsewhere: boolean;
  /** Fields posted along, hidden: what was asked and was found good. */
  readonly fields: readonly (readonly [string, string])[];
  readonly cancelUrl: string | null;
}

/** The End-User is signed out, or was already; a link leads on where one was asked for. */
export interface SignedOutPage {
  readonly page: 'signed-out';
  /** How many applications took part in the session. */
  readonly applications: number;
  readonly continueUrl: string | null;
}

/** What was to be done here is done, by another tab or before an answer was lost. */
export interface SignedInPage {
  readonly page: 'signed-in';
  readonly client: ClientFace;
  /** `null` where the application has no address to go back to. */
  readonly continueUrl: string | null;
}

/** Made by `buildErrorPage`, so that title and explanation always belong together. */
export interface ErrorPage {
  readonly page: 'error';
  readonly title: Message;
  readonly what: Message;
  readonly next: Message | null;
  /** For the developer, in plain words: what was found, what is expected, which setting. */
  readonly developer: string | null;
  readonly reference: string;
  readonly retryUrl: string | null;
}

/** Every page that there is. */
export type Page =
  | LoginPage
  | SignUpPage
  | ConsentPage
  | SelectAccountPage
  | ConfirmLogoutPage
  | SignedInPage
  | SignedOutPage
  | ErrorPage;

/** Renders one page as a whole HTML document. Implemented in render.ts. */
export type RenderPage = (page: Page, look: Look, locale: string) => string;
