/** Dutch. */
import type { Messages } from './en.ts';

export const nl: Messages = {
  'layout.language': 'Taal',
  'layout.problem': 'Fout: {title}',
  'layout.footer': 'Inloggen met {product}',

  'asker.policy': 'Privacybeleid',
  'asker.terms': 'Gebruiksvoorwaarden',

  'login.title': 'Inloggen',
  'login.asked': '{client} vraagt je in te loggen met je account bij {tenant}.',
  'login.own': 'Gebruik je account bij {tenant}.',
  'login.again': 'Je bent ingelogd als {account}. Voer je wachtwoord nog een keer in om verder te gaan.',
  'login.username': 'Gebruikersnaam',
  'login.password': 'Wachtwoord',
  'login.submit': 'Inloggen',
  'login.cancel': 'Annuleren',
  'login.problems': 'Je bent nog niet ingelogd',
  'login.problem.usernameMissing': 'Vul je gebruikersnaam in.',
  'login.problem.passwordMissing': 'Vul je wachtwoord in.',
  'login.problem.credentialsWrong': 'Deze gebruikersnaam en dit wachtwoord horen niet bij elkaar. Controleer beide en probeer het opnieuw.',
  'login.problem.tooManyAttempts': 'Er waren te veel pogingen. Wacht een paar minuten en probeer het dan opnieuw.',
  'login.problem.busy': 'Het is hier nu erg druk. Wacht even en probeer het dan opnieuw.',
  'login.upstream': 'Inloggen met {upstream}',

  'select.title': 'Kies een account',
  'select.asked': 'Welk account wil je gebruiken bij {client}?',
  'select.own': 'Welk account wil je gebruiken?',
  'select.other': 'Een ander account gebruiken',

  'consent.title': 'Toegang geven?',
  'consent.lead': '{client} wil uit je account bij {tenant} graag het volgende:',
  'consent.online': 'Dat mag {duration} lang, telkens als je daar inlogt. We vragen het pas opnieuw als er meer nodig is.',
  'consent.offline': 'De toegang blijft bestaan als je er niet bent, tot je die intrekt of er {duration} lang geen gebruik van is gemaakt.',
  'consent.ask': 'Je kunt de toegang altijd intrekken: vraag het aan {tenant}.',
  'consent.allow': 'Toestaan',
  'consent.deny': 'Niet toestaan',
  'consent.signedIn': 'Ingelogd als {account}.',
  'consent.switch': 'Ben jij dit niet?',

  'scope.openid': 'Wie je bent: een kenmerk dat voor jou staat',
  'scope.profile': 'Je naam en profiel',
  'scope.email': 'Je e-mailadres',
  'scope.phone': 'Je telefoonnummer',
  'scope.address': 'Je postadres',
  'scope.offline_access': 'Toegang ook als je er niet bent',

  'duration.minutes': '{count, plural, one {# minuut} other {# minuten}}',
  'duration.hours': '{count, plural, one {# uur} other {# uur}}',
  'duration.days': '{count, plural, one {# dag} other {# dagen}}',

  'error.title': 'Dit is niet gelukt',
  'error.lead':
    'We konden niet verder met dit verzoek. Je kunt teruggaan en het opnieuw proberen; gebeurt het weer, geef dan door wat hieronder staat.',
  'error.request_gone.title': 'Deze aanmelding is voorbij',
  'error.request_gone.text':
    'Ze is al afgerond, duurde te lang of is in een andere browser begonnen. Ga terug naar de app en begin opnieuw; het duurt maar even.',
  'error.no_cookie.title': 'Cookies zijn nodig',
  'error.no_cookie.text':
    'Je browser heeft de cookie van deze aanmelding niet gestuurd. Sta cookies toe voor deze site, ga terug naar de app en begin opnieuw.',
  'error.client_unknown.title': 'We kennen deze app niet',
  'error.client_unknown.text':
    'De app die je hierheen stuurde, is niet bij ons geregistreerd. Dat kun je zelf niet oplossen: vertel het de makers van de app, met de gegevens hieronder.',
  'error.redirect_uri_unknown.title': 'De app stuurde je verkeerd hierheen',
  'error.redirect_uri_unknown.text':
    'Ze vroeg ons je naar een adres te sturen dat ze niet heeft geregistreerd; dat hebben we niet gedaan. Dat kun je zelf niet oplossen: vertel het de makers van de app, met de gegevens hieronder.',
  'error.code': 'Fout',
  'error.description': 'Wat er gebeurde',
  'error.trace': 'Referentie voor de helpdesk',

  'formPost.title': 'Een ogenblik',
  'formPost.text': 'Je gaat terug naar {host}. Gebeurt er niets, ga dan zelf verder.',
  'formPost.continue': 'Doorgaan',

  'logout.title': 'Uitloggen?',
  'logout.text': 'Je bent bij {tenant} ingelogd als {account}.',
  'logout.anonymous': 'Hiermee eindigt je sessie bij {tenant}.',
  'logout.asked': '{client} vraagt om je uit te loggen.',
  'logout.yes': 'Uitloggen',
  'logout.no': 'Ingelogd blijven',

  'loggedOut.title': 'Je bent uitgelogd',
  'loggedOut.text': 'Je sessie bij {tenant} is beëindigd. Apps die je hebt gebruikt kunnen ingelogd blijven tot je ook daar uitlogt.',
  'loggedOut.signIn': 'Opnieuw inloggen',

  'home.title': 'Je account',
  'home.hello': 'Hallo, {name}',
  'home.signedIn': 'Je bent ingelogd bij {tenant}. Dit weten we over je.',
  'home.anonymous': 'Je bent niet ingelogd bij {tenant}.',
  'home.signIn': 'Inloggen',
  'home.signOut': 'Uitloggen',

  'claim.username': 'Gebruikersnaam',
  'claim.name': 'Naam',
  'claim.given_name': 'Voornaam',
  'claim.middle_name': 'Tweede voornaam',
  'claim.family_name': 'Achternaam',
  'claim.nickname': 'Bijnaam',
  'claim.preferred_username': 'Gewenste gebruikersnaam',
  'claim.email': 'E-mail',
  'claim.email_verified': 'E-mail bevestigd',
  'claim.phone_number': 'Telefoon',
  'claim.phone_number_verified': 'Telefoon bevestigd',
  'claim.address': 'Adres',
  'claim.birthdate': 'Geboortedatum',
  'claim.gender': 'Geslacht',
  'claim.locale': 'Taal',
  'claim.zoneinfo': 'Tijdzone',
  'claim.website': 'Website',
  'claim.profile': 'Profielpagina',
  'claim.picture': 'Foto',
  'claim.groups': 'Groepen',
  'claim.roles': 'Rollen',
  'claim.updated_at': 'Laatst gewijzigd',
  'value.yes': 'Ja',
  'value.no': 'Nee',

  'broker.confirm.title': 'Is dit uw account?',
  'broker.confirm.text':
    'Er is bij {tenant} al een account met het adres {person} dat u bij {upstream} gebruikt. Is het van u, log er dan één keer op in; daarna horen de twee bij elkaar.',
  'broker.confirm.submit': 'Inloggen en koppelen',
  'broker.confirm.others': 'Of log op een andere manier op dat account in:',
  'broker.switch.title': 'Er is iemand anders ingelogd',
  'broker.switch.text': 'In deze browser is een ander account ingelogd. Wilt u verdergaan als {person}, zoals {upstream} u kent?',
  'broker.switch.yes': 'Verdergaan',
  'broker.switch.no': 'Zo blijven',
  'broker.problem.retry': 'Opnieuw proberen',
  'broker.problem.back': 'Op een andere manier inloggen',
  'broker.problem.support': 'Hebt u hulp nodig, vraag het dan aan:',
  'broker.problem.unknown.title': 'Hier is niets',
  'broker.problem.unknown.text': 'Deze link leidt nergens meer heen. Ga terug naar waar u hem vond en meld het daar.',
  'broker.problem.unavailable.title': 'Op dit moment geen antwoord',
  'broker.problem.unavailable.text':
    '{upstream} antwoordt op dit moment niet, dus u kunt er niet mee inloggen. Probeer het over een paar minuten opnieuw.',
  'broker.problem.misconfigured.title': 'Deze aanmelding werkt op dit moment niet',
  'broker.problem.misconfigured.text':
    'Er klopt iets niet tussen {upstream} en ons. U kunt dit niet zelf oplossen: geef de gegevens hieronder door.',
  'broker.problem.refused.title': 'U bent niet ingelogd',
  'broker.problem.refused.text':
    'Wat er van {upstream} terugkwam klopt niet, dus er is niemand ingelogd. Probeer het opnieuw; gebeurt het weer, geef dan de gegevens hieronder door.',
  'broker.problem.denied.title': 'U bent niet ingelogd',
  'broker.problem.denied.text':
    'Het inloggen bij {upstream} is geweigerd of afgebroken. Er is niets gebeurd; u kunt het opnieuw proberen of een andere manier kiezen.',
  'broker.problem.claims.title': 'Er ontbreekt iets',
  'broker.problem.claims.text': '{upstream} vertelde ons niet wat we over u moeten weten, dus er is geen account gemaakt of gewijzigd:',
  'broker.problem.taken.title': 'U hebt hier al een account',
  'broker.problem.taken.text':
    'Er is hier al een account met uw e-mailadres, en het is niet gekoppeld aan {upstream}. Log in zoals u dat eerder deed.',
  'broker.problem.disabled.title': 'Dit account is niet actief',
  'broker.problem.disabled.text':
    'Het account dat bij uw aanmelding bij {upstream} hoort, is uitgeschakeld. U kunt dit niet zelf oplossen: vraag het aan de mensen die deze dienst beheren.',
  'broker.problem.stale.title': 'Log opnieuw in',
  'broker.problem.stale.text': 'De toepassing wil dat u opnieuw inlogt, en {upstream} bevestigde niet dat u dat deed.',

  'message.pageExpired.title': 'Deze pagina is niet meer actueel',
  'message.pageExpired.text':
    'Wat je verstuurde kwam van een oudere pagina, dus er is niets mee gedaan. Open de pagina opnieuw en herhaal je keuze.',
  'message.continue': 'Doorgaan',
};
