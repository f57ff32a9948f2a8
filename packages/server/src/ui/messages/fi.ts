/** Finnish. Names of clients and tenants stay in the nominative, as they may be any word. */
import type { Messages } from './en.ts';

export const fi: Messages = {
  'layout.language': 'Kieli',
  'layout.problem': 'Virhe: {title}',
  'layout.footer': 'Kirjautumisesta huolehtii {product}',

  'asker.policy': 'Tietosuojaseloste',
  'asker.terms': 'Käyttöehdot',

  'login.title': 'Kirjaudu sisään',
  'login.asked': '{client} pyytää sinua kirjautumaan tililläsi, jonka tarjoaa {tenant}.',
  'login.own': 'Käytä tiliäsi, jonka tarjoaa {tenant}.',
  'login.again': 'Olet kirjautuneena: {account}. Anna salasanasi vielä kerran, niin pääset jatkamaan.',
  'login.username': 'Käyttäjätunnus',
  'login.password': 'Salasana',
  'login.submit': 'Kirjaudu sisään',
  'login.cancel': 'Peruuta',
  'login.problems': 'Et ole vielä kirjautunut',
  'login.problem.usernameMissing': 'Anna käyttäjätunnuksesi.',
  'login.problem.passwordMissing': 'Anna salasanasi.',
  'login.problem.credentialsWrong': 'Käyttäjätunnus ja salasana eivät sovi yhteen. Tarkista molemmat ja yritä uudelleen.',
  'login.problem.tooManyAttempts': 'Yrityksiä oli liian monta. Odota muutama minuutti ja yritä sitten uudelleen.',
  'login.problem.busy': 'Täällä on juuri nyt ruuhkaa. Odota hetki ja yritä sitten uudelleen.',
  'login.upstream': 'Kirjaudu: {upstream}',

  'select.title': 'Valitse tili',
  'select.asked': 'Millä tilillä haluat jatkaa? Sovellus on {client}.',
  'select.own': 'Mitä tiliä haluat käyttää?',
  'select.other': 'Käytä toista tiliä',

  'consent.title': 'Sallitaanko pääsy?',
  'consent.lead': '{client} pyytää tililtäsi seuraavaa (tilin tarjoaa {tenant}):',
  'consent.online':
    'Lupa on voimassa {duration} ajan joka kerta, kun kirjaudut sinne. Sinulta kysytään uudelleen vain, jos pyydetään enemmän.',
  'consent.offline': 'Lupa on voimassa myös poissa ollessasi, kunnes perut sen tai kunnes se on ollut käyttämättä {duration} ajan.',
  'consent.ask': 'Voit perua luvan milloin tahansa: pyydä sitä taholta {tenant}.',
  'consent.allow': 'Salli',
  'consent.deny': 'Älä salli',
  'consent.signedIn': 'Kirjautuneena: {account}.',
  'consent.switch': 'Etkö se ole sinä?',

  'scope.openid': 'Kuka olet: sinua vastaava tunniste',
  'scope.profile': 'Nimesi ja profiilisi',
  'scope.email': 'Sähköpostiosoitteesi',
  'scope.phone': 'Puhelinnumerosi',
  'scope.address': 'Postiosoitteesi',
  'scope.offline_access': 'Pääsy myös poissa ollessasi',

  'duration.minutes': '{count, plural, one {# minuutin} other {# minuutin}}',
  'duration.hours': '{count, plural, one {# tunnin} other {# tunnin}}',
  'duration.days': '{count, plural, one {# päivän} other {# päivän}}',

  'error.title': 'Tämä ei onnistunut',
  'error.lead': 'Pyyntöä ei voitu jatkaa. Voit palata ja yrittää uudelleen; jos näin käy taas, ilmoita alla olevat tiedot.',
  'error.request_gone.title': 'Tämä kirjautuminen on päättynyt',
  'error.request_gone.text':
    'Se on jo tehty, se kesti liian kauan tai se aloitettiin toisessa selaimessa. Palaa sovellukseen ja aloita alusta; se vie vain hetken.',
  'error.no_cookie.title': 'Evästeitä tarvitaan',
  'error.no_cookie.text':
    'Selaimesi ei lähettänyt tämän kirjautumisen evästettä. Salli evästeet tälle sivustolle, palaa sovellukseen ja aloita alusta.',
  'error.client_unknown.title': 'Emme tunne tätä sovellusta',
  'error.client_unknown.text':
    'Sovellus, joka lähetti sinut tänne, ei ole rekisteröity meille. Et voi korjata tätä itse: kerro sovelluksen tekijöille ja liitä mukaan alla olevat tiedot.',
  'error.redirect_uri_unknown.title': 'Sovellus lähetti sinut tänne väärin',
  'error.redirect_uri_unknown.text':
    'Se pyysi lähettämään sinut osoitteeseen, jota se ei ole rekisteröinyt, joten emme tehneet niin. Et voi korjata tätä itse: kerro sovelluksen tekijöille ja liitä mukaan alla olevat tiedot.',
  'error.code': 'Virhe',
  'error.description': 'Mitä tapahtui',
  'error.trace': 'Viite tukea varten',

  'formPost.title': 'Pieni hetki',
  'formPost.text': 'Sinut ohjataan takaisin osoitteeseen {host}. Jos mitään ei tapahdu, jatka itse.',
  'formPost.continue': 'Jatka',

  'logout.title': 'Kirjaudutaanko ulos?',
  'logout.text': 'Palvelu: {tenant}. Olet kirjautuneena: {account}.',
  'logout.anonymous': 'Tämä päättää istuntosi. Palvelu: {tenant}.',
  'logout.asked': '{client} pyytää kirjaamaan sinut ulos.',
  'logout.yes': 'Kirjaudu ulos',
  'logout.no': 'Pysy kirjautuneena',

  'loggedOut.title': 'Olet kirjautunut ulos',
  'loggedOut.text':
    'Istuntosi on päättynyt (palvelu: {tenant}). Käyttämäsi sovellukset voivat pysyä kirjautuneina, kunnes kirjaudut ulos myös niistä.',
  'loggedOut.signIn': 'Kirjaudu uudelleen',

  'home.title': 'Oma tili',
  'home.hello': 'Hei, {name}',
  'home.signedIn': 'Olet kirjautuneena. Tämän {tenant} tietää sinusta.',
  'home.anonymous': 'Et ole kirjautunut. Palvelu: {tenant}.',
  'home.signIn': 'Kirjaudu sisään',
  'home.signOut': 'Kirjaudu ulos',

  'claim.username': 'Käyttäjätunnus',
  'claim.name': 'Nimi',
  'claim.given_name': 'Etunimi',
  'claim.middle_name': 'Toinen nimi',
  'claim.family_name': 'Sukunimi',
  'claim.nickname': 'Lempinimi',
  'claim.preferred_username': 'Toivottu käyttäjätunnus',
  'claim.email': 'Sähköposti',
  'claim.email_verified': 'Sähköposti vahvistettu',
  'claim.phone_number': 'Puhelin',
  'claim.phone_number_verified': 'Puhelin vahvistettu',
  'claim.address': 'Osoite',
  'claim.birthdate': 'Syntymäaika',
  'claim.gender': 'Sukupuoli',
  'claim.locale': 'Kieli',
  'claim.zoneinfo': 'Aikavyöhyke',
  'claim.website': 'Verkkosivusto',
  'claim.profile': 'Profiilisivu',
  'claim.picture': 'Kuva',
  'claim.groups': 'Ryhmät',
  'claim.roles': 'Roolit',
  'claim.updated_at': 'Viimeksi muutettu',
  'value.yes': 'Kyllä',
  'value.no': 'Ei',

  'broker.confirm.title': 'Onko tämä tilisi?',
  'broker.confirm.text':
    'Palvelussa {tenant} on jo tili, jonka osoite on {person}, ja samaa osoitetta käytät palvelussa {upstream}. Jos tili on sinun, kirjaudu siihen kerran, niin ne kuuluvat tästä lähtien yhteen.',
  'broker.confirm.submit': 'Kirjaudu ja yhdistä',
  'broker.confirm.others': 'Tai kirjaudu tähän tiliin muulla tavalla:',
  'broker.switch.title': 'Joku muu on kirjautuneena',
  'broker.switch.text': 'Tässä selaimessa on kirjautuneena toinen tili. Haluatko jatkaa käyttäjänä {person}, jona {upstream} sinut tuntee?',
  'broker.switch.yes': 'Jatka',
  'broker.switch.no': 'Pysy nykyisessä',
  'broker.problem.retry': 'Yritä uudelleen',
  'broker.problem.back': 'Kirjaudu muulla tavalla',
  'broker.problem.support': 'Jos tarvitset apua, kysy:',
  'broker.problem.unknown.title': 'Täällä ei ole mitään',
  'broker.problem.unknown.text': 'Tämä linkki ei enää johda mihinkään. Palaa sinne, mistä sen löysit, ja kerro asiasta siellä.',
  'broker.problem.unavailable.title': 'Ei vastausta juuri nyt',
  'broker.problem.unavailable.text':
    '{upstream} ei vastaa juuri nyt, joten kirjautuminen sen kautta ei onnistu. Yritä uudelleen muutaman minuutin kuluttua.',
  'broker.problem.misconfigured.title': 'Tämä kirjautuminen ei toimi juuri nyt',
  'broker.problem.misconfigured.text':
    'Jokin ei täsmää meidän ja toisen osapuolen välillä ({upstream}). Et voi korjata tätä itse: välitä alla olevat tiedot eteenpäin.',
  'broker.problem.refused.title': 'Et ole kirjautunut',
  'broker.problem.refused.text':
    'Vastaus, jonka antoi {upstream}, ei kelpaa, joten ketään ei kirjattu sisään. Yritä uudelleen; jos näin käy taas, välitä alla olevat tiedot eteenpäin.',
  'broker.problem.denied.title': 'Et ole kirjautunut',
  'broker.problem.denied.text':
    'Kirjautuminen hylättiin tai keskeytettiin ({upstream}). Mitään ei tapahtunut; voit yrittää uudelleen tai valita toisen tavan.',
  'broker.problem.claims.title': 'Jotain puuttuu',
  'broker.problem.claims.text': '{upstream} ei kertonut meille, mitä meidän pitää tietää sinusta, joten tiliä ei luotu eikä muutettu:',
  'broker.problem.taken.title': 'Sinulla on jo tili täällä',
  'broker.problem.taken.text':
    'Täällä on jo tili, jossa on sähköpostiosoitteesi, eikä sitä ole yhdistetty tähän: {upstream}. Kirjaudu kuten ennenkin.',
  'broker.problem.disabled.title': 'Tämä tili ei ole käytössä',
  'broker.problem.disabled.text':
    'Tili, joka kuuluu tähän kirjautumiseen ({upstream}), on poistettu käytöstä. Et voi korjata tätä itse: kysy palvelun ylläpidolta.',
  'broker.problem.stale.title': 'Kirjaudu uudelleen',
  'broker.problem.stale.text': 'Sovellus haluaa, että kirjaudut uudelleen, eikä {upstream} vahvistanut, että teit niin.',

  'message.pageExpired.title': 'Sivu ei ole enää ajan tasalla',
  'message.pageExpired.text': 'Lähettämäsi tuli vanhalta sivulta, joten sillä ei tehty mitään. Avaa sivu uudelleen ja toista valintasi.',
  'message.continue': 'Jatka',
};
