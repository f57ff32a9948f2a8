/**
 * English, and the source of the others: its keys and the values in braces are what every language must have. ICU MessageFormat;
 * apostrophes are written ’ because ' quotes. Whoever is named in a message stands where no language needs to inflect the name.
 */
export const en = {
  'layout.language': 'Language',
  'layout.problem': 'Error: {title}',
  'layout.footer': 'Sign-in by {product}',

  'asker.policy': 'Privacy policy',
  'asker.terms': 'Terms of service',

  'login.title': 'Sign in',
  'login.asked': '{client} asks you to sign in with your {tenant} account.',
  'login.own': 'Use your {tenant} account.',
  'login.again': 'You are signed in as {account}. To go on, please enter your password again.',
  'login.username': 'Username',
  'login.password': 'Password',
  'login.submit': 'Sign in',
  'login.cancel': 'Cancel',
  'login.problems': 'You are not signed in yet',
  'login.problem.usernameMissing': 'Enter your username.',
  'login.problem.passwordMissing': 'Enter your password.',
  'login.problem.credentialsWrong': 'This username and password do not go together. Check both and try again.',
  'login.problem.tooManyAttempts': 'There were too many attempts. Wait a few minutes, then try again.',
  'login.problem.busy': 'It is very busy here right now. Wait a moment, then try again.',
  'login.upstream': 'Sign in with {upstream}',

  'select.title': 'Choose an account',
  'select.asked': 'Which account would you like to use with {client}?',
  'select.own': 'Which account would you like to use?',
  'select.other': 'Use another account',

  'consent.title': 'Allow access?',
  'consent.lead': '{client} would like to have, from your {tenant} account:',
  'consent.online': 'It has this for {duration} each time you sign in there, and you are asked again only if it wants more.',
  'consent.offline': 'It keeps this access while you are away, until you take it back or it has not been used for {duration}.',
  'consent.ask': 'You can take it back at any time, on your account page at {tenant}.',
  'consent.allow': 'Allow',
  'consent.deny': 'Do not allow',
  'consent.signedIn': 'Signed in as {account}.',
  'consent.switch': 'Not you?',

  'scope.openid': 'Who you are: an identifier that stands for you',
  'scope.profile': 'Your name and profile',
  'scope.email': 'Your e-mail address',
  'scope.phone': 'Your phone number',
  'scope.address': 'Your postal address',
  'scope.offline_access': 'Access while you are away',

  'duration.minutes': '{count, plural, one {# minute} other {# minutes}}',
  'duration.hours': '{count, plural, one {# hour} other {# hours}}',
  'duration.days': '{count, plural, one {# day} other {# days}}',

  'error.title': 'This did not work',
  'error.lead': 'We could not go on with this request. You can go back and try again; if it happens again, pass on the details below.',
  'error.request_gone.title': 'This sign-in is over',
  'error.request_gone.text':
    'It was finished, took too long, or was begun in another browser. Go back to the application and start again; it takes only a moment.',
  'error.no_cookie.title': 'Cookies are needed',
  'error.no_cookie.text':
    'Your browser did not send the cookie of this sign-in. Allow cookies for this site, go back to the application and start again.',
  'error.client_unknown.title': 'We do not know this application',
  'error.client_unknown.text':
    'The application that sent you here is not registered with us. You cannot mend this yourself: tell the people behind the application, with the details below.',
  'error.redirect_uri_unknown.title': 'This application sent you here wrongly',
  'error.redirect_uri_unknown.text':
    'It asked us to send you to an address that it has not registered, so we did not. You cannot mend this yourself: tell the people behind the application, with the details below.',
  'error.code': 'Error',
  'error.description': 'What happened',
  'error.trace': 'Reference for support',

  'formPost.title': 'One moment',
  'formPost.text': 'You are being taken back to {host}. If nothing happens, continue yourself.',
  'formPost.continue': 'Continue',

  'logout.title': 'Sign out?',
  'logout.text': 'You are signed in to {tenant} as {account}.',
  'logout.anonymous': 'This ends your session at {tenant}.',
  'logout.asked': '{client} asks to sign you out.',
  'logout.yes': 'Sign out',
  'logout.no': 'Stay signed in',

  'loggedOut.title': 'You are signed out',
  'loggedOut.text': 'Your session at {tenant} has ended.',
  'loggedOut.elsewhere': 'The session has ended',
  'loggedOut.again': 'Look again',
  'loggedOut.signIn': 'Sign in again',

  'ended.told': 'Has signed you out',
  'ended.waiting': 'Is being told',
  'ended.failing': 'Cannot be reached at the moment; we keep trying',
  'ended.given_up': 'Could not be reached: sign out there too',
  'ended.framed': 'Was asked to sign you out in this browser',
  'ended.silent': 'Cannot be told by us: sign out there too',

  'home.title': 'Your account',
  'home.hello': 'Hello, {name}',
  'home.signedIn': 'You are signed in to {tenant}. This is what we know about you.',
  'home.anonymous': 'You are not signed in to {tenant}.',
  'home.signIn': 'Sign in',
  'home.signOut': 'Sign out',
  'home.account': 'Where you are signed in',

  'account.title': 'Where you are signed in',
  'account.sessions': 'Your sessions',
  'account.unknownDevice': 'Unknown browser',
  'account.here': 'This browser',
  'account.times': 'Signed in {signedIn}, last used {lastSeen}',
  'account.applications': 'Applications: {names}',
  'account.end': 'Sign out',
  'account.everywhere': 'Sign out everywhere',
  'account.access': 'Applications with access',
  'account.noAccess': 'No application has access to your account.',
  'account.offline': 'Keeps its access when you sign out',
  'account.withdraw': 'Take access back',
  'account.other': 'Show {account} instead',

  'claim.username': 'Username',
  'claim.name': 'Name',
  'claim.given_name': 'First name',
  'claim.middle_name': 'Middle name',
  'claim.family_name': 'Last name',
  'claim.nickname': 'Nickname',
  'claim.preferred_username': 'Preferred username',
  'claim.email': 'E-mail',
  'claim.email_verified': 'E-mail confirmed',
  'claim.phone_number': 'Phone',
  'claim.phone_number_verified': 'Phone confirmed',
  'claim.address': 'Address',
  'claim.birthdate': 'Date of birth',
  'claim.gender': 'Gender',
  'claim.locale': 'Language',
  'claim.zoneinfo': 'Time zone',
  'claim.website': 'Website',
  'claim.profile': 'Profile page',
  'claim.picture': 'Picture',
  'claim.groups': 'Groups',
  'claim.roles': 'Roles',
  'claim.updated_at': 'Last changed',
  'value.yes': 'Yes',
  'value.no': 'No',

  'broker.confirm.title': 'Is this your account?',
  'broker.confirm.text':
    'There is already an account at {tenant} with the address {person} that you use at {upstream}. If it is yours, sign in to it once, and the two belong together from now on.',
  'broker.confirm.submit': 'Sign in and connect',
  'broker.confirm.others': 'Or sign in to that account in another way:',
  'broker.switch.title': 'Somebody else is signed in',
  'broker.switch.text': 'Another account is signed in in this browser. Do you want to go on as {person}, as {upstream} knows you?',
  'broker.switch.yes': 'Go on',
  'broker.switch.no': 'Stay as you are',
  'broker.problem.retry': 'Try again',
  'broker.problem.back': 'Sign in another way',
  'broker.problem.support': 'If you need help, ask:',
  'broker.problem.unknown.title': 'There is nothing here',
  'broker.problem.unknown.text': 'This link does not lead anywhere any more. Go back to where you found it and tell the people there.',
  'broker.problem.unavailable.title': 'No answer at the moment',
  'broker.problem.unavailable.text':
    '{upstream} does not answer at the moment, so you cannot be signed in through it. Please try again in a few minutes.',
  'broker.problem.misconfigured.title': 'This sign-in does not work at the moment',
  'broker.problem.misconfigured.text':
    'Something between {upstream} and us does not fit. You cannot mend this yourself: pass on the details below.',
  'broker.problem.refused.title': 'You are not signed in',
  'broker.problem.refused.text':
    'What came back from {upstream} does not hold, so nobody was signed in. Please try again; if it happens again, pass on the details below.',
  'broker.problem.denied.title': 'You are not signed in',
  'broker.problem.denied.text':
    'The sign-in at {upstream} was declined or broken off. Nothing has happened; you can try again or choose another way.',
  'broker.problem.claims.title': 'Something is missing',
  'broker.problem.claims.text': '{upstream} did not tell us what we need to know about you, so no account was made or changed:',
  'broker.problem.taken.title': 'You have an account here already',
  'broker.problem.taken.text':
    'An account with your e-mail address is here already, and it is not connected with {upstream}. Sign in as you did before.',
  'broker.problem.disabled.title': 'This account is not active',
  'broker.problem.disabled.text':
    'The account that belongs to your sign-in at {upstream} is disabled. You cannot mend this yourself: ask the people who run this service.',
  'broker.problem.stale.title': 'Please sign in anew',
  'broker.problem.stale.text': 'The application wants you to sign in anew, and {upstream} did not confirm that you have.',

  'message.pageExpired.title': 'This page is no longer current',
  'message.pageExpired.text':
    'What you sent came from an older page, so nothing was done with it. Open the page again and repeat your choice.',
  'message.continue': 'Continue',
} as const;

export type MessageKey = keyof typeof en;
export type Messages = Readonly<Record<MessageKey, string>>;
