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
  'login.upstream': 'Se connecter avec {upstream}',

  'select.title': 'Choisissez un compte',
  'select.asked': 'Quel compte souhaitez-vous utiliser avec {client} ?',
  'select.own': 'Quel compte souhaitez-vous utiliser ?',
  'select.other': 'Utiliser un autre compte',

  'consent.title': 'Autoriser l’accès ?',
  'consent.lead': '{client} souhaite obtenir, à partir de votre compte {tenant} :',
  'consent.online': 'Cet accès dure {duration} à chaque connexion. La question ne vous sera posée à nouveau que si davantage est demandé.',
  'consent.offline':
    'Cet accès reste valable en votre absence, jusqu’à ce que vous le retiriez ou qu’il reste inutilisé pendant {duration}.',
  'consent.ask': 'Vous pouvez le retirer à tout moment, sur la page de votre compte chez {tenant}.',
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
  'loggedOut.text': 'Votre session chez {tenant} est fermée.',
  'loggedOut.elsewhere': 'La session est fermée',
  'loggedOut.again': 'Regarder à nouveau',
  'loggedOut.signIn': 'Se connecter à nouveau',

  'ended.told': 'Vous a déconnecté',
  'ended.waiting': 'En cours d’avertissement',
  'ended.failing': 'Injoignable pour le moment ; nous réessayons',
  'ended.given_up': 'Est restée injoignable : déconnectez-vous aussi là-bas',
  'ended.framed': 'A été priée de vous déconnecter dans ce navigateur',
  'ended.silent': 'Ne peut pas être avertie : déconnectez-vous aussi là-bas',

  'home.title': 'Votre compte',
  'home.hello': 'Bonjour, {name}',
  'home.signedIn': 'Votre session chez {tenant} est ouverte. Voici ce que nous savons de vous.',
  'home.anonymous': 'Vous n’avez pas de session ouverte chez {tenant}.',
  'home.signIn': 'Se connecter',
  'home.signOut': 'Se déconnecter',
  'home.account': 'Vos sessions ouvertes',

  'account.title': 'Vos sessions ouvertes',
  'account.sessions': 'Vos sessions',
  'account.unknownDevice': 'Navigateur inconnu',
  'account.here': 'Ce navigateur',
  'account.times': 'Ouverte {signedIn}, utilisée {lastSeen}',
  'account.applications': 'Applications : {names}',
  'account.end': 'Se déconnecter',
  'account.everywhere': 'Se déconnecter partout',
  'account.access': 'Applications ayant accès',
  'account.noAccess': 'Aucune application n’a accès à votre compte.',
  'account.offline': 'Garde son accès quand vous vous déconnectez',
  'account.withdraw': 'Retirer l’accès',
  'account.other': 'Afficher {account}',

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

  'broker.confirm.title': 'Est-ce votre compte ?',
  'broker.confirm.text':
    'Il existe déjà chez {tenant} un compte avec l’adresse {person} que vous utilisez chez {upstream}. S’il est à vous, connectez-vous-y une fois, et les deux iront désormais ensemble.',
  'broker.confirm.submit': 'Se connecter et associer',
  'broker.confirm.others': 'Ou connectez-vous à ce compte d’une autre manière :',
  'broker.switch.title': 'Quelqu’un d’autre est connecté',
  'broker.switch.text':
    'Un autre compte est connecté dans ce navigateur. Voulez-vous continuer en tant que {person}, comme {upstream} vous connaît ?',
  'broker.switch.yes': 'Continuer',
  'broker.switch.no': 'Ne rien changer',
  'broker.problem.retry': 'Réessayer',
  'broker.problem.back': 'Se connecter autrement',
  'broker.problem.support': 'Si vous avez besoin d’aide, demandez à :',
  'broker.problem.unknown.title': 'Il n’y a rien ici',
  'broker.problem.unknown.text': 'Ce lien ne mène plus nulle part. Retournez là où vous l’avez trouvé et signalez-le.',
  'broker.problem.unavailable.title': 'Pas de réponse pour le moment',
  'broker.problem.unavailable.text':
    '{upstream} ne répond pas pour le moment ; vous ne pouvez donc pas être connecté par ce moyen. Réessayez dans quelques minutes.',
  'broker.problem.misconfigured.title': 'Cette connexion ne fonctionne pas pour le moment',
  'broker.problem.misconfigured.text':
    'Quelque chose ne va pas entre {upstream} et nous. Vous ne pouvez pas y remédier vous-même : transmettez les détails ci-dessous.',
  'broker.problem.refused.title': 'Vous n’êtes pas connecté',
  'broker.problem.refused.text':
    'La réponse de {upstream} n’est pas valable ; personne n’a donc été connecté. Réessayez ; si cela se reproduit, transmettez les détails ci-dessous.',
  'broker.problem.denied.title': 'Vous n’êtes pas connecté',
  'broker.problem.denied.text':
    'La connexion chez {upstream} a été refusée ou interrompue. Rien ne s’est passé ; vous pouvez réessayer ou choisir un autre moyen.',
  'broker.problem.claims.title': 'Il manque quelque chose',
  'broker.problem.claims.text':
    '{upstream} ne nous a pas dit ce que nous devons savoir de vous ; aucun compte n’a donc été créé ni modifié :',
  'broker.problem.taken.title': 'Vous avez déjà un compte ici',
  'broker.problem.taken.text':
    'Un compte avec votre adresse e-mail existe déjà ici, et il n’est pas associé à {upstream}. Connectez-vous comme avant.',
  'broker.problem.disabled.title': 'Ce compte n’est pas actif',
  'broker.problem.disabled.text':
    'Le compte lié à votre connexion chez {upstream} est désactivé. Vous ne pouvez pas y remédier vous-même : demandez à ceux qui gèrent ce service.',
  'broker.problem.stale.title': 'Connectez-vous de nouveau',
  'broker.problem.stale.text':
    'L’application veut que vous vous connectiez de nouveau, et {upstream} n’a pas confirmé que vous l’avez fait.',

  'broker.confirm.separate': 'Ce compte n’est pas le mien',
  'broker.review.title': 'Votre nouveau compte',
  'broker.review.text': 'Vous êtes nouveau chez {tenant}. Voici ce que {upstream} nous a dit de vous ; corrigez ce qui est faux.',
  'broker.review.submit': 'Créer le compte',
  'broker.review.fieldWrong': 'Quelque chose ne va pas. Vérifiez l’adresse e-mail et réessayez.',
  'broker.problem.unregistered.title': 'Vous n’avez pas de compte',
  'broker.problem.unregistered.text':
    '{upstream} ne peut vous connecter que si vous avez un compte ici. Adressez-vous à l’administration de ce service.',
  'broker.problem.linkedElsewhere.title': 'L’association n’a pas abouti',
  'broker.problem.linkedElsewhere.text':
    'Votre connexion chez {upstream} est associée à un autre compte, ou vous n’êtes plus connecté. Rien n’a été modifié.',
  'links.title': 'Moyens de connexion',
  'links.none': 'Aucune autre connexion n’est associée à votre compte.',
  'links.add': 'En associer une autre',
  'links.end': 'Dissocier',
  'links.last': 'Sans elle, vous ne pourriez plus vous connecter',

  'message.pageExpired.title': 'Cette page n’est plus à jour',
  'message.pageExpired.text':
    'Votre envoi provenait d’une page plus ancienne ; rien n’a donc été fait. Ouvrez à nouveau la page et refaites votre choix.',
  'message.continue': 'Continuer',
};
