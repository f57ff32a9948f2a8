/** The pages: plain HTML that works without script, with ids that stay, because tests look for them. */
import { type Html, html } from './html.ts';
import type { Session } from './sessions.ts';
import type { SignedIn } from './sign-in.ts';
import type { Step, Steps } from './steps.ts';

const mark = html`<svg class="mark" viewBox="0 0 64 64" aria-hidden="true">
  <path class="ink" d="M30 4a28 28 0 0 0 0 56l-5-13 9-11-11-10 8-11z" /><path class="accent" d="M35 4a28 28 0 0 1 0 56l-5-13 9-11-11-10 8-11z" />
</svg>`;

function page(title: string, content: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} – Example Web App</title>
<link rel="stylesheet" href="/style.css">
</head>
<body>
<header><a href="/">${mark}<span>Example Web App</span></a></header>
<main>${content}</main>
</body>
</html>
`.html;
}

export function signInPage(issuer: string): string {
  return page(
    'Sign in',
    html`<section class="card">
<h1>Welcome</h1>
<p>This application has no accounts of its own. It asks <strong>${issuer}</strong> who you are.</p>
<form method="get" action="/login"><button id="sign-in" class="primary">Sign in</button></form>
</section>`,
  );
}

export function signedInPage(session: Session, signedIn: SignedIn): string {
  const { claims, userinfo, tokens } = signedIn;
  return page(
    'Signed in',
    html`<section class="card">
<h1>Hello, ${String(userinfo.name ?? userinfo.preferred_username ?? claims.sub)}</h1>
<p>You are signed in by <strong>${claims.iss}</strong>.</p>
${signedIn.refreshedAt ? html`<p role="status">Tokens refreshed at ${time(signedIn.refreshedAt, 'refreshed-at')}.</p>` : undefined}
<div class="actions">
${tokens.refresh_token ? button(session, '/refresh', 'refresh', 'primary', 'Refresh tokens') : html`<p>No refresh token was given.</p>`}
${button(session, '/sign-out', 'sign-out', 'plain', 'Sign out')}
</div>
</section>
<section class="card"><h2>ID token</h2><p>Who signed in, when, and for whom the provider says so.</p>${table('claims', claims)}</section>
<section class="card"><h2>Userinfo</h2><p>What the provider tells about you, asked with the access token.</p>${table('userinfo', userinfo)}</section>
<section class="card"><h2>Granted</h2>${table('granted', granted(signedIn))}</section>
${happened(session.steps)}`,
  );
}

export function byePage(farewell: Html, steps: Steps): string {
  return page(
    'Signed out',
    html`<section class="card">
<h1 id="signed-out">You are signed out</h1>
<p>${farewell}</p>
<p><a class="primary" href="/">Back to the start</a></p>
</section>
${happened(steps)}`,
  );
}

export type Problem = { readonly code: string; readonly description: string; readonly advice: string };

export function errorPage(problem: Problem, steps: Steps): string {
  return page(
    'That did not work',
    html`<section class="card">
<h1>That did not work</h1>
<p id="error-description">${problem.description}</p>
<p>${problem.advice}</p>
<p class="quiet">Code: <code id="error-code">${problem.code}</code></p>
<p><a class="primary" href="/">Back to the start</a></p>
</section>
${happened(steps)}`,
  );
}

function granted({ tokens, config }: SignedIn): Readonly<Record<string, unknown>> {
  return {
    scope: tokens.scope ?? '(as asked)',
    client_id: config.clientMetadata().client_id,
    token_type: tokens.token_type,
    expires_in: tokens.expires_in === undefined ? '(not said)' : `${tokens.expires_in} seconds`,
    refresh_token: tokens.refresh_token ? 'yes' : 'no',
  };
}

function button(session: Session, action: string, id: string, look: string, text: string): Html {
  return html`<form method="post" action="${action}"><input type="hidden" name="csrf" value="${session.csrf}"><button id="${id}" class="${look}">${text}</button></form>`;
}

function table(id: string, values: Readonly<Record<string, unknown>>): Html {
  const rows = Object.entries(values).map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${cell(name, value)}</td></tr>\n`);
  return html`<table id="${id}"><tbody>\n${rows}</tbody></table>`;
}

const instants = new Set(['exp', 'iat', 'auth_time', 'nbf', 'updated_at']);

function cell(name: string, value: unknown): Html | string {
  if (instants.has(name) && typeof value === 'number') return html`${value} <small>${new Date(value * 1000).toISOString()}</small>`;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function time(at: Date, id: string): Html {
  return html`<time id="${id}" datetime="${at.toISOString()}">${at.toISOString().slice(11, 23)} UTC</time>`;
}

function happened(steps: Steps): Html | undefined {
  if (steps.length === 0) return undefined;
  return html`<section class="card" id="steps"><h2>What happened</h2>
<p>Each step of the protocol, oldest first. Secrets and tokens are cut short.</p>
<ol>${steps.map(step)}</ol></section>`;
}

function step({ title, channel, at, request, response }: Step): Html {
  return html`<li><details><summary>${title} <small>${channel === 'browser' ? 'through your browser' : 'from server to server'}, ${at.toISOString().slice(11, 19)}</small></summary>
<h3>Request</h3><pre tabindex="0">${request}</pre><h3>Answer</h3><pre tabindex="0">${response}</pre></details></li>\n`;
}
