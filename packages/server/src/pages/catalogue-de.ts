import type { Translation } from './translation.js';

/** Every text of every page, in German: anmelden, abmelden, Konto, Anwendung, Gerät. Readers are addressed as „Sie“. */
export const german = {
  tag: 'de',
  direction: 'ltr',
  texts: {
    'document.title': '{title} · {tenant}',
    'document.title-with-error': 'Fehler: {title} · {tenant}',

    'login.title': 'Anmelden und weiter zu {client}',
    'login.username': 'E-Mail-Adresse oder Benutzername',
    'login.password': 'Passwort',
    'login.submit': 'Anmelden',
    'login.submit.busy': 'Anmeldung läuft\u00a0…',
    'login.sign-up.question': 'Noch kein Konto?',
    'login.sign-up.link': 'Konto erstellen',

    // Lengths of time stand where they need no other case than the one Intl writes: „3 Tage“, never „vor 3 Tagen“.
    'login.notice.idle': 'Sie waren {away} nicht hier. Deshalb müssen wir prüfen, ob Sie es sind.',
    'login.notice.absolute':
      'Ihre letzte Anmeldung liegt {ago} zurück. Deshalb müssen wir prüfen, ob Sie es sind.',
    'login.notice.confirm': '{client} bittet Sie zu bestätigen, dass Sie es sind.',
    'login.notice.another-account':
      '{client} verlangt ein anderes Konto als das, mit dem Sie hier angemeldet sind.',

    'login.error.mismatch':
      'E-Mail-Adresse und Passwort passen nicht zusammen. Versuchen Sie es noch einmal.',
    'login.error.mismatch-or-sign-up':
      'E-Mail-Adresse und Passwort passen nicht zusammen. Versuchen Sie es noch einmal oder erstellen Sie ein Konto.',
    'login.error.username-missing': 'Geben Sie Ihre E-Mail-Adresse oder Ihren Benutzernamen ein.',
    'login.error.password-missing': 'Geben Sie Ihr Passwort ein.',
    'login.error.too-many-attempts':
      'Zu viele Versuche. Warten Sie {wait} und versuchen Sie es dann noch einmal.',
    'login.error.busy':
      'Im Moment melden sich viele Menschen an. Warten Sie ein paar Sekunden und versuchen Sie es dann noch einmal.',

    'sign-up.title': 'Konto erstellen und weiter zu {client}',
    'sign-up.email': 'E-Mail-Adresse',
    'sign-up.password': 'Passwort',
    'sign-up.password.hint': 'Mindestens 8 Zeichen. Ein paar Wörter eignen sich gut.',
    'sign-up.submit': 'Konto erstellen',
    'sign-up.submit.busy': 'Konto wird erstellt\u00a0…',
    'sign-up.login.question': 'Haben Sie schon ein Konto?',
    'sign-up.login.link': 'Anmelden',

    'sign-up.error.email-invalid':
      'Das ist keine E-Mail-Adresse. Schreiben Sie sie in der Form name@example.com.',
    'sign-up.error.email-look-alike':
      'Einige Buchstaben dieser Adresse sehen nur aus wie andere. Schreiben Sie sie mit den Buchstaben eines Alphabets.',
    'sign-up.error.account-exists':
      'Zu dieser E-Mail-Adresse gibt es schon ein Konto. Melden Sie sich stattdessen an.',
    'sign-up.error.password-too-short': {
      by: 'minimum',
      one: 'Dieses Passwort ist zu kurz. Verwenden Sie mindestens {minimum} Zeichen.',
      other: 'Dieses Passwort ist zu kurz. Verwenden Sie mindestens {minimum} Zeichen.',
    },
    'sign-up.error.password-too-long':
      'Dieses Passwort ist zu lang. Verwenden Sie höchstens 1024 Bytes, das sind etwa ebenso viele Buchstaben.',
    'sign-up.error.password-too-common':
      'Dieses Passwort gehört zu den ersten, die andere ausprobieren würden. Wählen Sie ein selteneres.',
    'sign-up.error.too-many-attempts':
      'Zu viele Versuche. Warten Sie {wait} und versuchen Sie es dann noch einmal.',
    'sign-up.error.busy':
      'Im Moment melden sich viele Menschen an. Warten Sie ein paar Sekunden und versuchen Sie es dann noch einmal.',

    'client.policy': 'Datenschutzerklärung von {client}',
    'client.terms': 'Nutzungsbedingungen von {client}',

    'password.show': 'Passwort anzeigen',

    'consent.title': 'Erlauben Sie {client} Folgendes?',
    'consent.account': 'Angemeldet als {account}.',
    'consent.host': 'Ihre Antwort geht an {host}.',
    'consent.allow': 'Erlauben',
    'consent.deny': 'Nicht erlauben',

    'scope.openid': 'Wissen, wer Sie sind',
    'scope.profile': 'Ihren Namen, Ihr Bild und weitere Profilangaben sehen',
    'scope.email': 'Ihre E-Mail-Adresse sehen',
    'scope.address': 'Ihre Postanschrift sehen',
    'scope.phone': 'Ihre Telefonnummer sehen',
    'scope.offline_access': 'Angemeldet bleiben, auch wenn Sie nicht da sind',

    'select-account.title': 'Konto für {client} wählen',
    'select-account.continue': 'Weiter als {name}',
    'select-account.another': 'Anderes Konto verwenden',

    'confirm-logout.title': 'Von {tenant} abmelden?',
    'confirm-logout.account': 'Damit wird {account} hier und in allen Anwendungen abgemeldet.',
    'confirm-logout.elsewhere':
      'Damit endet die Sitzung in dem Browser, in dem sie begonnen hat, und in allen Anwendungen.',
    'confirm-logout.anybody': 'Damit wird hier und in jeder Anwendung abgemeldet, wer hier angemeldet ist.',
    'confirm-logout.submit': 'Abmelden',
    'confirm-logout.submit.busy': 'Abmeldung läuft\u00a0…',
    'confirm-logout.cancel': 'Angemeldet bleiben',

    'signed-in.title': 'Sie sind angemeldet',
    'signed-in.back': 'Zurück zu {client}',

    'signed-out.title': {
      by: 'applications',
      none: 'Sie sind abgemeldet.',
      one: 'Sie sind hier und in {applications} Anwendung abgemeldet.',
      other: 'Sie sind hier und in {applications} Anwendungen abgemeldet.',
    },
    'signed-out.close': 'Sie können diese Seite schließen.',
    'signed-out.continue': 'Weiter',

    'error.unknown-client.title': 'Dieser Link kommt von keiner Anwendung, die wir kennen',
    'error.unknown-client.what': 'Es wurde nichts weitergegeben.',
    'error.unknown-callback.title': 'Dieser Link kommt von keiner Anwendung, die wir kennen',
    'error.unknown-callback.what': 'Es wurde nichts weitergegeben.',
    'error.unknown-return.title': 'Dieser Link kommt von keiner Anwendung, die wir kennen',
    'error.unknown-return.what': 'Niemand wurde abgemeldet.',
    'error.interaction-expired.title': 'Diese Seite ist nicht mehr gültig',
    'error.interaction-expired.what': 'Sie war zu lange offen.',
    'error.interaction-expired.next': 'Gehen Sie zurück zur Anwendung und beginnen Sie von vorn.',
    'error.interaction-finished.title': 'Diese Seite wurde schon verwendet',
    'error.interaction-finished.what': 'Was hier zu tun war, ist erledigt.',
    'error.interaction-finished.next': 'Gehen Sie zurück zur Anwendung, um weiterzumachen.',
    'error.interaction-elsewhere.title': 'Diese Seite gehört zu einem anderen Browser',
    'error.interaction-elsewhere.what':
      'Was in einem Browser begonnen wurde, muss auch dort abgeschlossen werden.',
    'error.interaction-elsewhere.next':
      'Öffnen Sie die Anwendung in diesem Browser und beginnen Sie von vorn.',
    'error.form-outdated.title': 'Inzwischen ist hier jemand anderes angemeldet',
    'error.form-outdated.what':
      'Dieses Formular war für die Person, die vorher angemeldet war. Es wurde nichts geändert.',
    'error.form-outdated.next': 'Gehen Sie zurück zur Anwendung und beginnen Sie von vorn.',
    'error.cross-site.title': 'Dieses Formular wurde nicht von unserer Seite gesendet',
    'error.cross-site.what':
      'Vielleicht hat eine andere Website versucht, in Ihrem Namen zu handeln. Es wurde nichts geändert.',
    'error.cross-site.next': 'Gehen Sie zurück zur Anwendung und beginnen Sie von vorn.',
    'error.cookies-off.title': 'Zum Anmelden sind Cookies nötig',
    'error.cookies-off.what':
      'Ihr Browser hat unsere nicht behalten. Deshalb können wir nicht erkennen, dass diese Seite Ihre ist.',
    'error.cookies-off.next': 'Erlauben Sie Cookies für diese Website und versuchen Sie es dann noch einmal.',
    'error.bad-request.title': 'Wir konnten diese Anfrage nicht lesen',
    'error.bad-request.what':
      'Ein Teil davon fehlt oder ist anders, als wir ihn erwarten. Es wurde nichts weitergegeben.',
    'error.bad-request.next': 'Gehen Sie zurück zur Anwendung und versuchen Sie es noch einmal.',
    'error.busy.title': 'Wir können im Moment nicht antworten',
    'error.busy.what': 'Es wurde nichts geändert, und Sie bleiben angemeldet, wo Sie es waren.',
    'error.busy.next': 'Warten Sie eine Minute und versuchen Sie es dann noch einmal.',
    'error.fault.title': 'Bei uns ist ein Fehler aufgetreten',
    'error.fault.what': 'Es liegt nicht an Ihnen, und wir haben den Fehler aufgezeichnet.',
    'error.fault.next':
      'Versuchen Sie es noch einmal. Wenn es wieder passiert, nennen Sie dem Support die Referenz unten.',
    'error.too-many-requests.title': 'Zu viele Versuche',
    'error.too-many-requests.what': 'Aus Ihrem Netzwerk kamen mehr Anfragen, als wir auf einmal beantworten.',
    'error.too-many-requests.next': 'Warten Sie {wait} und versuchen Sie es dann noch einmal.',
    'error.framed.title': 'Diese Seite öffnet sich nicht innerhalb einer anderen',
    'error.framed.what': 'Dort könnte sie unter etwas verborgen sein, auf das Sie klicken.',
    'error.framed.next': 'Öffnen Sie sie in einem eigenen Fenster.',

    'error.developer': 'Wenn Sie diese Anwendung entwickeln: {detail}',
    'error.reference': 'Referenz {reference}',
    'error.retry': 'Noch einmal versuchen',
  },
} as const satisfies Translation;
