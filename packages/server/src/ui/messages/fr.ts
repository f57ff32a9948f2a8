/** French. A no-break space stands before ? : and ; as French typography asks. */
import type { Messages } from './en.ts';

export const fr: Messages = {
  'layout.language': 'Langue',
  'layout.problem': 'Erreur : {title}',
  'layout.footer': 'Connexion par {product}',

  'asker.policy': 'Politique de confidentialité',
  'asker.terms': 'Conditions d’utilisation',

  'login.title': 'Se connecter',
  'login.asked': '{client} vous demande de vous connecter avec votre compte {tenant}.',
  'login.own': 'Utilisez votre compte {tenant}.',
  'login.again': 'Votre session est ouverte sous le nom {account}. Pour continuer, saisissez à nouveau votre mot de passe.',
  'login.username': 'Nom d’utilisateur',
  'login.password': 'Mot de passe',
  'login.submit': 'Se connecter',
  'login.cancel': 'Annuler',
  'login.problems': 'La connexion n’est pas encore faite',
  'login.problem.usernameMissing': 'Saisissez votre nom d’utilisateur.',
  'login.problem.passwordMissing': 'Saisissez votre mot de passe.',
  'login.problem.credentialsWrong': 'Ce nom d’utilisateur et ce mot de passe ne vont pas ensemble. Vérifiez les deux et réessayez.',
  'login.problem.tooManyAttempts': 'Il y a eu trop de tentatives. Patientez quelques minutes, puis réessayez.',
  'login.problem.busy': 'Il y a beaucoup de monde en ce moment. Patientez un instant, puis réessayez.',

  'select.title': 'Choisissez un compte',
  'select.asked': 'Quel compte souhaitez-vous utiliser avec {client} ?',
  'select.own': 'Quel compte souhaitez-vous utiliser ?',
  'select.other': 'Utiliser un autre compte',

  'consent.title': 'Autoriser l’accès ?',
  'consent.lead': '{client} souhaite obtenir, à partir de votre compte {tenant} :',
  'consent.online': 'Cet accès dure {duration} à chaque connexion. La question ne vous sera posée à nouveau que si davantage est demandé.',
  'consent.offline':
    'Cet accès reste valable en votre absence, jusqu’à ce que vous le retiriez ou qu’il reste inutilisé pendant {duration}.',
  'consent.ask': 'Vous pouvez le retirer à tout moment : il suffit de le demander à {tenant}.',
  'consent.allow': 'Autoriser',
  'consent.deny': 'Ne pas autoriser',
  'consent.signedIn': 'Session ouverte sous le nom {account}.',
  'consent.switch': 'Ce n’est pas vous ?',

  'scope.openid': 'Qui vous êtes : un identifiant qui vous représente',
  'scope.profile': 'Votre nom et votre profil',
  'scope.email': 'Votre adresse e-mail',
  'scope.phone': 'Votre numéro de téléphone',
  'scope.address': 'Votre adresse postale',
  'scope.offline_access': 'Un accès en votre absence',

  'duration.minutes': '{count, plural, one {# minute} other {# minutes}}',
  'duration.hours': '{count, plural, one {# heure} other {# heures}}',
  'duration.days': '{count, plural, one {# jour} other {# jours}}',

  'error.title': 'Cela n’a pas fonctionné',
  'error.lead':
    'Nous n’avons pas pu donner suite à cette demande. Vous pouvez revenir en arrière et réessayer ; si cela se reproduit, transmettez les indications ci-dessous.',
  'error.request_gone.title': 'Cette connexion est terminée',
  'error.request_gone.text':
    'Elle a déjà abouti, a pris trop de temps ou a été commencée dans un autre navigateur. Retournez à l’application et recommencez ; cela ne prend qu’un instant.',
  'error.no_cookie.title': 'Les cookies sont nécessaires',
  'error.no_cookie.text':
    'Votre navigateur n’a pas envoyé le cookie de cette connexion. Autorisez les cookies pour ce site, retournez à l’application et recommencez.',
  'error.client_unknown.title': 'Nous ne connaissons pas cette application',
  'error.client_unknown.text':
    'L’application qui vous a envoyé ici n’est pas enregistrée chez nous. Vous ne pouvez pas y remédier : prévenez ses auteurs, avec les indications ci-dessous.',
  'error.redirect_uri_unknown.title': 'L’application vous a mal adressé',
  'error.redirect_uri_unknown.text':
    'Elle nous a demandé de vous envoyer à une adresse qu’elle n’a pas enregistrée ; nous ne l’avons pas fait. Vous ne pouvez pas y remédier : prévenez ses auteurs, avec les indications ci-dessous.',
  'error.code': 'Erreur',
  'error.description': 'Ce qui s’est passé',
  'error.trace': 'Référence pour l’assistance',

  'formPost.title': 'Un instant',
  'formPost.text': 'Nous vous ramenons vers {host}. Si rien ne se passe, continuez vous-même.',
  'formPost.continue': 'Continuer',

  'logout.title': 'Se déconnecter ?',
  'logout.text': 'Votre session chez {tenant} est ouverte sous le nom {account}.',
  'logout.anonymous': 'Votre session chez {tenant} sera fermée.',
  'logout.asked': '{client} demande à vous déconnecter.',
  'logout.yes': 'Se déconnecter',
  'logout.no': 'Garder ma session',

  'loggedOut.title': 'Vous avez quitté votre session',
  'loggedOut.text':
    'Votre session chez {tenant} est terminée. Les applications que vous avez utilisées peuvent rester ouvertes tant que vous ne les quittez pas aussi.',
  'loggedOut.signIn': 'Se connecter à nouveau',

  'home.title': 'Votre compte',
  'home.hello': 'Bonjour, {name}',
  'home.signedIn': 'Votre session chez {tenant} est ouverte. Voici ce que nous savons de vous.',
  'home.anonymous': 'Vous n’avez pas de session ouverte chez {tenant}.',
  'home.signIn': 'Se connecter',
  'home.signOut': 'Se déconnecter',

  'claim.username': 'Nom d’utilisateur',
  'claim.name': 'Nom complet',
  'claim.given_name': 'Prénom',
  'claim.middle_name': 'Deuxième prénom',
  'claim.family_name': 'Nom de famille',
  'claim.nickname': 'Surnom',
  'claim.preferred_username': 'Nom d’utilisateur préféré',
  'claim.email': 'E-mail',
  'claim.email_verified': 'E-mail confirmé',
  'claim.phone_number': 'Téléphone',
  'claim.phone_number_verified': 'Téléphone confirmé',
  'claim.address': 'Adresse',
  'claim.birthdate': 'Date de naissance',
  'claim.gender': 'Genre',
  'claim.locale': 'Langue',
  'claim.zoneinfo': 'Fuseau horaire',
  'claim.website': 'Site web',
  'claim.profile': 'Page de profil',
  'claim.picture': 'Photo',
  'claim.groups': 'Groupes',
  'claim.roles': 'Rôles',
  'claim.updated_at': 'Dernière modification',
  'value.yes': 'Oui',
  'value.no': 'Non',

  'message.pageExpired.title': 'Cette page n’est plus à jour',
  'message.pageExpired.text':
    'Votre envoi provenait d’une page plus ancienne ; rien n’a donc été fait. Ouvrez à nouveau la page et refaites votre choix.',
  'message.continue': 'Continuer',
};
