import type { Translation } from './translation.js';

/**
 * Every text of every page, in French: se connecter, se déconnecter, compte, application, appareil. Readers are
 * addressed as « vous », and no word says whether they are he or she. Spaces before `?` and `:` do not break.
 */
export const french = {
  tag: 'fr',
  direction: 'ltr',
  texts: {
    'document.title': '{title} · {tenant}',
    'document.title-with-error': 'Erreur\u00a0: {title} · {tenant}',

    'login.title': 'Connectez-vous pour continuer vers {client}',
    'login.username': 'Adresse e-mail ou nom d’utilisateur',
    'login.password': 'Mot de passe',
    'login.submit': 'Se connecter',
    'login.submit.busy': 'Connexion en cours…',
    'login.sign-up.question': 'Pas encore de compte\u202f?',
    'login.sign-up.link': 'Créer un compte',

    'login.notice.idle':
      'Votre dernière visite remonte à {away}, nous devons donc vérifier que c’est bien vous.',
    'login.notice.absolute':
      'Votre dernière connexion remonte à {ago}, nous devons donc vérifier que c’est bien vous.',
    'login.notice.confirm': '{client} vous demande de confirmer que c’est bien vous.',
    'login.notice.another-account': '{client} demande un autre compte que celui qui est connecté ici.',

    'login.error.mismatch': 'L’adresse e-mail et le mot de passe ne correspondent pas. Réessayez.',
    'login.error.mismatch-or-sign-up':
      'L’adresse e-mail et le mot de passe ne correspondent pas. Réessayez ou créez un compte.',
    'login.error.username-missing': 'Saisissez votre adresse e-mail ou votre nom d’utilisateur.',
    'login.error.password-missing': 'Saisissez votre mot de passe.',
    'login.error.too-many-attempts': 'Trop de tentatives. Attendez {wait}, puis réessayez.',
    'login.error.busy':
      'Beaucoup de personnes se connectent en ce moment. Attendez quelques secondes, puis réessayez.',

    'sign-up.title': 'Créez un compte pour continuer vers {client}',
    'sign-up.email': 'Adresse e-mail',
    'sign-up.password': 'Mot de passe',
    'sign-up.password.hint': 'Au moins 8 caractères. Quelques mots conviennent bien.',
    'sign-up.submit': 'Créer un compte',
    'sign-up.submit.busy': 'Création du compte…',
    'sign-up.login.question': 'Vous avez déjà un compte\u202f?',
    'sign-up.login.link': 'Se connecter',

    'sign-up.error.email-invalid':
      'Ce n’est pas une adresse e-mail. Écrivez-la sous la forme nom@example.com.',
    'sign-up.error.email-look-alike':
      'Certaines lettres de cette adresse ressemblent seulement à d’autres. Écrivez-la avec les lettres d’un seul alphabet.',
    'sign-up.error.account-exists': 'Un compte avec cette adresse e-mail existe déjà. Connectez-vous.',
    'sign-up.error.password-too-short': {
      by: 'minimum',
      one: 'Ce mot de passe est trop court. Utilisez au moins {minimum} caractère.',
      many: 'Ce mot de passe est trop court. Utilisez au moins {minimum} de caractères.',
      other: 'Ce mot de passe est trop court. Utilisez au moins {minimum} caractères.',
    },
    'sign-up.error.password-too-long':
      'Ce mot de passe est trop long. Utilisez au plus 1024 octets, soit à peu près autant de lettres.',
    'sign-up.error.password-too-common':
      'Ce mot de passe est parmi les premiers que d’autres essaieraient. Choisissez-en un moins courant.',
    'sign-up.error.too-many-attempts': 'Trop de tentatives. Attendez {wait}, puis réessayez.',
    'sign-up.error.busy':
      'Beaucoup de personnes se connectent en ce moment. Attendez quelques secondes, puis réessayez.',

    'client.policy': 'Politique de confidentialité de {client}',
    'client.terms': 'Conditions d’utilisation de {client}',

    'password.show': 'Afficher le mot de passe',

    'consent.title': 'Autoriser {client} à faire ceci\u202f?',
    'consent.account': 'Compte connecté\u00a0: {account}.',
    'consent.host': 'Votre réponse est envoyée à {host}.',
    'consent.allow': 'Autoriser',
    'consent.deny': 'Refuser',

    'scope.openid': 'Savoir qui vous êtes',
    'scope.profile': 'Voir votre nom, votre photo et d’autres informations de profil',
    'scope.email': 'Voir votre adresse e-mail',
    'scope.address': 'Voir votre adresse postale',
    'scope.phone': 'Voir votre numéro de téléphone',
    'scope.offline_access': 'Maintenir la connexion en votre absence',

    'select-account.title': 'Choisissez un compte pour {client}',
    'select-account.continue': 'Continuer en tant que {name}',
    'select-account.another': 'Utiliser un autre compte',

    'confirm-logout.title': 'Se déconnecter de {tenant}\u202f?',
    'confirm-logout.account': 'Cela déconnecte {account} ici et dans toutes les applications.',
    'confirm-logout.elsewhere':
      'Cela met fin à votre session dans le navigateur où elle a commencé et dans toutes les applications.',
    'confirm-logout.anybody':
      'La personne connectée ici sera déconnectée, y compris de toutes les applications.',
    'confirm-logout.submit': 'Se déconnecter',
    'confirm-logout.submit.busy': 'Déconnexion en cours…',
    'confirm-logout.cancel': 'Ne pas se déconnecter',

    'signed-in.title': 'Vous êtes connecté',
    'signed-in.back': 'Revenir à {client}',

    'signed-out.title': {
      by: 'applications',
      none: 'La déconnexion est faite.',
      one: 'La déconnexion est faite ici et dans {applications} application.',
      many: 'La déconnexion est faite ici et dans {applications} d’applications.',
      other: 'La déconnexion est faite ici et dans {applications} applications.',
    },
    'signed-out.close': 'Vous pouvez fermer cette page.',
    'signed-out.continue': 'Continuer',

    'error.unknown-client.title': 'Ce lien ne vient pas d’une application que nous connaissons',
    'error.unknown-client.what': 'Rien n’a été transmis.',
    'error.unknown-callback.title': 'Ce lien ne vient pas d’une application que nous connaissons',
    'error.unknown-callback.what': 'Rien n’a été transmis.',
    'error.unknown-return.title': 'Ce lien ne vient pas d’une application que nous connaissons',
    'error.unknown-return.what': 'Personne n’a été déconnecté.',
    'error.interaction-expired.title': 'Cette page n’est plus valable',
    'error.interaction-expired.what': 'Elle est restée ouverte trop longtemps.',
    'error.interaction-expired.next': 'Revenez à l’application et recommencez.',
    'error.interaction-finished.title': 'Cette page a déjà servi',
    'error.interaction-finished.what': 'Ce qu’elle demandait est fait.',
    'error.interaction-finished.next': 'Revenez à l’application pour continuer.',
    'error.interaction-elsewhere.title': 'Cette page appartient à un autre navigateur',
    'error.interaction-elsewhere.what': 'Ce qui est commencé dans un navigateur doit y être terminé.',
    'error.interaction-elsewhere.next': 'Ouvrez l’application dans ce navigateur et recommencez.',
    'error.form-outdated.title': 'Quelqu’un d’autre est maintenant connecté ici',
    'error.form-outdated.what':
      'Ce formulaire était destiné à la personne connectée auparavant. Rien n’a été modifié.',
    'error.form-outdated.next': 'Revenez à l’application et recommencez.',
    'error.cross-site.title': 'Ce formulaire n’a pas été envoyé depuis notre page',
    'error.cross-site.what': 'Un autre site a peut-être essayé d’agir en votre nom. Rien n’a été modifié.',
    'error.cross-site.next': 'Revenez à l’application et recommencez.',
    'error.cookies-off.title': 'Il faut des cookies pour se connecter',
    'error.cookies-off.what':
      'Votre navigateur n’a pas gardé les nôtres, nous ne pouvons donc pas savoir que cette page est la vôtre.',
    'error.cookies-off.next': 'Autorisez les cookies pour ce site, puis réessayez.',
    'error.bad-request.title': 'Nous n’avons pas pu lire cette demande',
    'error.bad-request.what':
      'Une partie manque ou n’est pas telle que nous l’attendons. Rien n’a été transmis.',
    'error.bad-request.next': 'Revenez à l’application et réessayez.',
    'error.busy.title': 'Nous ne pouvons pas répondre en ce moment',
    'error.busy.what': 'Rien n’a été modifié, et vos connexions en cours sont conservées.',
    'error.busy.next': 'Attendez une minute, puis réessayez.',
    'error.fault.title': 'Un problème est survenu de notre côté',
    'error.fault.what': 'Vous n’y êtes pour rien, et nous en avons gardé la trace.',
    'error.fault.next': 'Réessayez. Si cela se reproduit, communiquez au support la référence ci-dessous.',
    'error.too-many-requests.title': 'Trop de tentatives',
    'error.too-many-requests.what':
      'Plus de demandes sont venues de votre réseau que nous n’en traitons à la fois.',
    'error.too-many-requests.next': 'Attendez {wait}, puis réessayez.',
    'error.framed.title': 'Cette page ne s’ouvre pas à l’intérieur d’une autre',
    'error.framed.what': 'Elle pourrait y être cachée sous un élément sur lequel vous cliquez.',
    'error.framed.next': 'Ouvrez-la dans sa propre fenêtre.',

    'error.developer': 'Si vous développez cette application\u00a0: {detail}',
    'error.reference': 'Référence {reference}',
    'error.retry': 'Réessayer',
  },
} as const satisfies Translation;
