import type { Language } from './language.js';

/**
 * Every text of every page, in English. Another language is a file with the same keys and the same parameters.
 * Words are chosen by docs and pages alike: sign in, sign out, account, application, device.
 */
export const english = {
  tag: 'en',
  direction: 'ltr',
  texts: {
    'document.title': '{title} · {tenant}',
    'document.title-with-error': 'Error: {title} · {tenant}',

    'login.title': 'Sign in to continue to {client}',
    'login.username': 'Email or username',
    'login.password': 'Password',
    'login.submit': 'Sign in',
    'login.submit.busy': 'Signing in…',
    'login.sign-up.question': 'No account yet?',
    'login.sign-up.link': 'Create one',

    'login.notice.idle': 'You have been away for {away}, so we need to check that it is you.',
    'login.notice.absolute': 'Your last sign-in was {ago} ago, so we need to check that it is you.',
    'login.notice.confirm': '{client} asks you to confirm that it is you.',
    'login.notice.another-account': '{client} asks for another account than the one signed in here.',

    // The same words for an account that exists and for one that does not.
    'login.error.mismatch': 'That email and password do not match. Try again.',
    'login.error.mismatch-or-sign-up':
      'That email and password do not match. Try again, or create an account.',
    'login.error.username-missing': 'Enter your email or username.',
    'login.error.password-missing': 'Enter your password.',
    // Says nothing about the password, which may even have been right.
    'login.error.too-many-attempts': 'Too many attempts. Wait {wait}, then try again.',
    'login.error.busy': 'Many people are signing in at this moment. Wait a few seconds, then try again.',

    'sign-up.title': 'Create an account to continue to {client}',
    'sign-up.email': 'Email',
    'sign-up.password': 'Password',
    'sign-up.password.hint': 'At least 8 characters. A few words work well.',
    'sign-up.submit': 'Create account',
    'sign-up.submit.busy': 'Creating account…',
    'sign-up.login.question': 'Have an account?',
    'sign-up.login.link': 'Sign in',

    'sign-up.error.email-invalid': 'That is not an email address. Write it like name@example.com.',
    'sign-up.error.email-look-alike':
      'Some letters in this address only look like others. Write it with the letters of one alphabet.',
    'sign-up.error.account-exists': 'An account with this email exists already. Sign in instead.',
    'sign-up.error.password-too-short': {
      by: 'minimum',
      one: 'That password is too short. Use at least {minimum} character.',
      other: 'That password is too short. Use at least {minimum} characters.',
    },
    'sign-up.error.password-too-long':
      'That password is too long. Use at most 1024 bytes, about as many letters.',
    'sign-up.error.password-too-common':
      'That password is among the first that others would try. Choose a less common one.',
    'sign-up.error.too-many-attempts': 'Too many attempts. Wait {wait}, then try again.',
    'sign-up.error.busy': 'Many people are signing in at this moment. Wait a few seconds, then try again.',

    'client.policy': 'Privacy policy of {client}',
    'client.terms': 'Terms of {client}',

    'password.show': 'Show password',

    'consent.title': 'Allow {client} to do this?',
    'consent.account': 'Signed in as {account}.',
    'consent.host': 'Your answer goes to {host}.',
    'consent.allow': 'Allow',
    'consent.deny': 'Do not allow',

    'scope.openid': 'Know who you are',
    'scope.profile': 'See your name, picture and other profile details',
    'scope.email': 'See your email address',
    'scope.address': 'See your postal address',
    'scope.phone': 'See your phone number',
    'scope.offline_access': 'Stay signed in when you are away',

    'select-account.title': 'Choose an account for {client}',
    'select-account.continue': 'Continue as {name}',
    'select-account.another': 'Use another account',

    'confirm-logout.title': 'Sign out of {tenant}?',
    'confirm-logout.account': 'This signs {account} out here and in every application.',
    'confirm-logout.elsewhere':
      'This ends your session in the browser where you signed in, and in every application.',
    'confirm-logout.anybody': 'This signs out whoever is signed in here, in every application too.',
    'confirm-logout.submit': 'Sign out',
    'confirm-logout.submit.busy': 'Signing out…',
    'confirm-logout.cancel': 'Stay signed in',

    'signed-in.title': 'You are signed in',
    'signed-in.back': 'Go back to {client}',

    'signed-out.title': {
      by: 'applications',
      none: 'You are signed out.',
      one: 'You are signed out here and in {applications} application.',
      other: 'You are signed out here and in {applications} applications.',
    },
    'signed-out.close': 'You can close this page.',
    'signed-out.continue': 'Continue',

    'error.unknown-client.title': 'This link does not come from an application we know',
    'error.unknown-client.what': 'Nothing was shared.',
    'error.unknown-callback.title': 'This link does not come from an application we know',
    'error.unknown-callback.what': 'Nothing was shared.',
    'error.unknown-return.title': 'This link does not come from an application we know',
    'error.unknown-return.what': 'Nobody was signed out.',
    'error.interaction-expired.title': 'This page is no longer valid',
    'error.interaction-expired.what': 'It was open for too long.',
    'error.interaction-expired.next': 'Go back to the application and start again.',
    'error.interaction-finished.title': 'This page was used already',
    'error.interaction-finished.what': 'What it asked for is done.',
    'error.interaction-finished.next': 'Go back to the application to go on.',
    'error.interaction-elsewhere.title': 'This page belongs to another browser',
    'error.interaction-elsewhere.what': 'Who begins in one browser has to finish there.',
    'error.interaction-elsewhere.next': 'Go to the application in this browser and start again.',
    'error.form-outdated.title': 'Somebody else is signed in here by now',
    'error.form-outdated.what': 'This form was for whoever was signed in before. Nothing was changed.',
    'error.form-outdated.next': 'Go back to the application and start again.',
    'error.cross-site.title': 'This form was not sent from our page',
    'error.cross-site.what': 'Another site may have tried to act in your name. Nothing was changed.',
    'error.cross-site.next': 'Go back to the application and start again.',
    'error.cookies-off.title': 'Signing in needs cookies',
    'error.cookies-off.what': 'Your browser did not keep ours, so we cannot tell that this page is yours.',
    'error.cookies-off.next': 'Allow cookies for this site, then try again.',
    'error.bad-request.title': 'We could not read this request',
    'error.bad-request.what': 'A part of it is missing or not as we expect it. Nothing was shared.',
    'error.bad-request.next': 'Go back to the application and try again.',
    'error.busy.title': 'We cannot answer at this moment',
    'error.busy.what': 'Nothing was changed, and you stay signed in where you were.',
    'error.busy.next': 'Wait a minute, then try again.',
    'error.fault.title': 'Something broke on our side',
    'error.fault.what': 'It is not your doing, and we have a record of it.',
    'error.fault.next': 'Try again. If it happens again, tell support the reference below.',
    'error.too-many-requests.title': 'Too many attempts',
    'error.too-many-requests.what': 'More requests came from your network than we answer at once.',
    'error.too-many-requests.next': 'Wait {wait}, then try again.',
    'error.framed.title': 'This page does not open inside another one',
    'error.framed.what': 'There, it could be hidden under something that you click.',
    'error.framed.next': 'Open it in a window of its own.',

    'error.developer': 'If you build this application: {detail}',
    'error.reference': 'Reference {reference}',
    'error.retry': 'Try again',
  },
} as const satisfies Language;
