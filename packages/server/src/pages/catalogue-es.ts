import type { Translation } from './translation.js';

/**
 * Every text of every page, in Spanish that is at home on both sides of the Atlantic: iniciar sesión, cerrar sesión,
 * cuenta, aplicación, dispositivo. Readers are addressed as «usted», and no word says whether they are he or she.
 */
export const spanish = {
  tag: 'es',
  direction: 'ltr',
  texts: {
    'document.title': '{title} · {tenant}',
    'document.title-with-error': 'Error: {title} · {tenant}',

    'login.title': 'Inicie sesión para continuar en {client}',
    'login.username': 'Correo electrónico o nombre de usuario',
    'login.password': 'Contraseña',
    'login.submit': 'Iniciar sesión',
    'login.submit.busy': 'Iniciando sesión…',
    'login.sign-up.question': '¿Aún no tiene cuenta?',
    'login.sign-up.link': 'Crear cuenta',

    'login.notice.idle': 'Ha estado ausente durante {away}, así que debemos comprobar que es usted.',
    'login.notice.absolute':
      'Su último inicio de sesión fue hace {ago}, así que debemos comprobar que es usted.',
    'login.notice.confirm': '{client} le pide que confirme que es usted.',
    'login.notice.another-account':
      '{client} pide una cuenta distinta de la que tiene la sesión iniciada aquí.',

    'login.error.mismatch': 'El correo electrónico y la contraseña no coinciden. Inténtelo de nuevo.',
    'login.error.mismatch-or-sign-up':
      'El correo electrónico y la contraseña no coinciden. Inténtelo de nuevo o cree una cuenta.',
    'login.error.username-missing': 'Escriba su correo electrónico o su nombre de usuario.',
    'login.error.password-missing': 'Escriba su contraseña.',
    'login.error.too-many-attempts': 'Demasiados intentos. Espere {wait} e inténtelo de nuevo.',
    'login.error.busy':
      'Muchas personas están iniciando sesión en este momento. Espere unos segundos e inténtelo de nuevo.',

    'sign-up.title': 'Cree una cuenta para continuar en {client}',
    'sign-up.email': 'Correo electrónico',
    'sign-up.password': 'Contraseña',
    'sign-up.password.hint': 'Al menos 8 caracteres. Unas cuantas palabras funcionan bien.',
    'sign-up.submit': 'Crear cuenta',
    'sign-up.submit.busy': 'Creando cuenta…',
    'sign-up.login.question': '¿Ya tiene cuenta?',
    'sign-up.login.link': 'Iniciar sesión',

    'sign-up.error.email-invalid':
      'Eso no es una dirección de correo electrónico. Escríbala en la forma nombre@example.com.',
    'sign-up.error.email-look-alike':
      'Algunas letras de esta dirección solo se parecen a otras. Escríbala con las letras de un solo alfabeto.',
    'sign-up.error.account-exists': 'Ya existe una cuenta con este correo electrónico. Inicie sesión.',
    'sign-up.error.password-too-short': {
      by: 'minimum',
      one: 'Esa contraseña es demasiado corta. Use al menos {minimum} carácter.',
      many: 'Esa contraseña es demasiado corta. Use al menos {minimum} de caracteres.',
      other: 'Esa contraseña es demasiado corta. Use al menos {minimum} caracteres.',
    },
    'sign-up.error.password-too-long':
      'Esa contraseña es demasiado larga. Use como máximo 1024 bytes, más o menos otras tantas letras.',
    'sign-up.error.password-too-common':
      'Esa contraseña es de las primeras que otros probarían. Elija una menos común.',
    'sign-up.error.too-many-attempts': 'Demasiados intentos. Espere {wait} e inténtelo de nuevo.',
    'sign-up.error.busy':
      'Muchas personas están iniciando sesión en este momento. Espere unos segundos e inténtelo de nuevo.',

    'client.policy': 'Política de privacidad de {client}',
    'client.terms': 'Condiciones de uso de {client}',

    'password.show': 'Mostrar contraseña',

    'consent.title': '¿Permitir que {client} haga esto?',
    'consent.account': 'Sesión iniciada como {account}.',
    'consent.host': 'Su respuesta se envía a {host}.',
    'consent.allow': 'Permitir',
    'consent.deny': 'No permitir',

    'scope.openid': 'Saber quién es usted',
    'scope.profile': 'Ver su nombre, su foto y otros datos del perfil',
    // Without «dirección» it would be the mail itself.
    'scope.email': 'Ver su dirección de correo electrónico',
    'scope.address': 'Ver su dirección postal',
    'scope.phone': 'Ver su número de teléfono',
    'scope.offline_access': 'Mantener la sesión iniciada cuando usted no esté',

    'select-account.title': 'Elija una cuenta para {client}',
    'select-account.continue': 'Continuar como {name}',
    'select-account.another': 'Usar otra cuenta',

    'confirm-logout.title': '¿Cerrar sesión en {tenant}?',
    'confirm-logout.account': 'Se cerrará la sesión de {account} aquí y en todas las aplicaciones.',
    'confirm-logout.elsewhere':
      'Se cerrará la sesión en el navegador en el que se inició y en todas las aplicaciones.',
    'confirm-logout.anybody':
      'Se cerrará la sesión de quien la tenga iniciada aquí, también en todas las aplicaciones.',
    'confirm-logout.submit': 'Cerrar sesión',
    'confirm-logout.submit.busy': 'Cerrando sesión…',
    'confirm-logout.cancel': 'No cerrar sesión',

    'signed-in.title': 'Ha iniciado sesión',
    'signed-in.back': 'Volver a {client}',

    'signed-out.title': {
      by: 'applications',
      none: 'Ha cerrado sesión.',
      one: 'Ha cerrado sesión aquí y en {applications} aplicación.',
      many: 'Ha cerrado sesión aquí y en {applications} de aplicaciones.',
      other: 'Ha cerrado sesión aquí y en {applications} aplicaciones.',
    },
    'signed-out.close': 'Puede cerrar esta página.',
    'signed-out.continue': 'Continuar',

    'error.unknown-client.title': 'Este enlace no viene de ninguna aplicación que conozcamos',
    'error.unknown-client.what': 'No se ha compartido nada.',
    'error.unknown-callback.title': 'Este enlace no viene de ninguna aplicación que conozcamos',
    'error.unknown-callback.what': 'No se ha compartido nada.',
    'error.unknown-return.title': 'Este enlace no viene de ninguna aplicación que conozcamos',
    'error.unknown-return.what': 'No se ha cerrado ninguna sesión.',
    'error.interaction-expired.title': 'Esta página ya no es válida',
    'error.interaction-expired.what': 'Ha estado abierta demasiado tiempo.',
    'error.interaction-expired.next': 'Vuelva a la aplicación y empiece de nuevo.',
    'error.interaction-finished.title': 'Esta página ya se ha usado',
    'error.interaction-finished.what': 'Lo que pedía ya está hecho.',
    'error.interaction-finished.next': 'Vuelva a la aplicación para continuar.',
    'error.interaction-elsewhere.title': 'Esta página pertenece a otro navegador',
    'error.interaction-elsewhere.what': 'Lo que se empieza en un navegador se debe terminar en él.',
    'error.interaction-elsewhere.next': 'Abra la aplicación en este navegador y empiece de nuevo.',
    'error.form-outdated.title': 'Ahora ha iniciado sesión otra persona',
    'error.form-outdated.what':
      'Este formulario era para quien tenía la sesión iniciada antes. No se ha cambiado nada.',
    'error.form-outdated.next': 'Vuelva a la aplicación y empiece de nuevo.',
    'error.cross-site.title': 'Este formulario no se ha enviado desde nuestra página',
    'error.cross-site.what':
      'Puede que otro sitio haya intentado actuar en su nombre. No se ha cambiado nada.',
    'error.cross-site.next': 'Vuelva a la aplicación y empiece de nuevo.',
    'error.cookies-off.title': 'Para iniciar sesión se necesitan cookies',
    'error.cookies-off.what':
      'Su navegador no ha guardado las nuestras, así que no podemos saber que esta página es suya.',
    'error.cookies-off.next': 'Permita las cookies en este sitio e inténtelo de nuevo.',
    'error.bad-request.title': 'No hemos podido leer esta solicitud',
    'error.bad-request.what': 'Falta una parte o no es como la esperamos. No se ha compartido nada.',
    'error.bad-request.next': 'Vuelva a la aplicación e inténtelo de nuevo.',
    'error.busy.title': 'No podemos responder en este momento',
    'error.busy.what': 'No se ha cambiado nada, y su sesión sigue iniciada donde ya lo estaba.',
    'error.busy.next': 'Espere un minuto e inténtelo de nuevo.',
    'error.fault.title': 'Algo ha fallado por nuestra parte',
    'error.fault.what': 'No se debe a usted, y el fallo ha quedado registrado.',
    'error.fault.next':
      'Inténtelo de nuevo. Si vuelve a ocurrir, indique al equipo de soporte la referencia de abajo.',
    'error.too-many-requests.title': 'Demasiados intentos',
    'error.too-many-requests.what':
      'Desde su red han llegado más solicitudes de las que respondemos a la vez.',
    'error.too-many-requests.next': 'Espere {wait} e inténtelo de nuevo.',
    'error.framed.title': 'Esta página no se abre dentro de otra',
    'error.framed.what': 'Allí podría quedar oculta bajo algo en lo que usted haga clic.',
    'error.framed.next': 'Ábrala en su propia ventana.',

    'error.developer': 'Si usted desarrolla esta aplicación: {detail}',
    'error.reference': 'Referencia {reference}',
    'error.retry': 'Intentar de nuevo',
  },
} as const satisfies Translation;
