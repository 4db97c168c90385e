import type { MessageKey } from './catalogue.js';

/** What a page says, with the values that go into it. */
export interface Message {
  readonly key: MessageKey;
  readonly values?: Readonly<Record<string, string | number>>;
}

/** How the tenant wants its pages to look. */
export interface Look {
  readonly tenantName: string;
  /** https or data URL, or `null`: the name is written instead. */
  readonly logoUrl: string | null;
  /** `#rrggbb`, or `null` for Sojourn's own. */
  readonly accent: string | null;
}

/** Fields every form of an interaction carries back, hidden. */
export interface FormBinding {
  /** Where the form is posted. */
  readonly action: string;
  /** The interaction's id, posted as `state`. Empty where the form belongs to none (sign-out). */
  readonly state: string;
  /** Posted as `csrf`. */
  readonly csrf: string;
}

/** The application the page is for. */
export interface ClientFace {
  readonly name: string;
  readonly logoUri: string | null;
}

export type Page =
  | {
      readonly page: 'login';
      readonly form: FormBinding;
      readonly client: ClientFace;
      /** Written into the identifier field. */
      readonly identifier: string;
      /** Why the End-User is asked, where it is not obvious ("You have been away for 3 days…"). */
      readonly notice: Message | null;
      /** Shown beside `field`, which gets the focus. */
      readonly error: (Message & { readonly field: 'username' | 'password' | 'form' }) | null;
      readonly signUpUrl: string | null;
    }
  | {
      readonly page: 'sign-up';
      readonly form: FormBinding;
      readonly client: ClientFace;
      readonly email: string;
      readonly error: (Message & { readonly field: 'email' | 'password' | 'form' }) | null;
      readonly loginUrl: string;
    }
  | {
      readonly page: 'consent';
      readonly form: FormBinding;
      readonly client: ClientFace;
      readonly account: string;
      /** The host that will receive the answer; unproven clients are told apart by it. */
      readonly host: string;
      /** One line per thing asked for: a catalogue message for OIDC scopes, the API's own words for others. */
      readonly scopes: readonly (Message | { readonly text: string })[];
    }
  | {
      readonly page: 'select-account';
      readonly form: FormBinding;
      readonly client: ClientFace;
      readonly account: { readonly name: string; readonly detail: string; readonly picture: string | null };
    }
  | {
      readonly page: 'confirm-logout';
      readonly form: FormBinding;
      readonly account: string;
      /** Fields posted along, hidden: what was asked and was found good. */
      readonly fields: readonly (readonly [string, string])[];
      readonly cancelUrl: string | null;
    }
  | {
      readonly page: 'signed-out';
      /** How many applications took part in the session. */
      readonly applications: number;
      readonly continueUrl: string | null;
    }
  | {
      readonly page: 'error';
      readonly title: Message;
      readonly what: Message;
      readonly next: Message | null;
      /** For the developer, in plain words: what was found, what is expected, which setting. */
      readonly developer: string | null;
      readonly reference: string;
      readonly retryUrl: string | null;
    };

/** Renders one page as a whole HTML document. Implemented in render.ts. */
export type RenderPage = (page: Page, look: Look, locale: string) => string;
