/** The one page of the shop: the button for a stranger, what the network said of a customer. */
import type { CookieSession } from '@symbolon/relying-party';

type Button = { readonly issuer: string; readonly client_id: string; readonly origin_url: string };

export function page(button: Button, session: CookieSession | undefined): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>The corner shop</title>
<link rel="stylesheet" href="/style.css">
<script type="module" src="${escaped(button.issuer)}/button.js"></script>
</head>
<main>
<h1>The corner shop</h1>
${session === undefined ? forStranger(button) : forCustomer(session)}
</main>`;
}

/** The button needs a script, the link does not. */
function forStranger({ client_id, origin_url }: Button): string {
  return `<p>We deliver to people we know. Your bank can tell us who you are.</p>
<symbolon-button client-id="${escaped(client_id)}" origin-url="${escaped(origin_url)}" label="Continue with your bank"></symbolon-button>
<noscript><p><a id="login" href="/login">Continue with your bank</a></p></noscript>`;
}

function forCustomer({ attributes, issuer, sub }: CookieSession): string {
  const rows = Object.entries(attributes).map(([name, value]) => `<dt>${escaped(name)}<dd>${shown(value)}`);
  return `<p id="who">Welcome, ${escaped(String(attributes.name))}.</p>
<dl>${rows.join('\n')}</dl>
<p class="small">Said by ${escaped(issuer)} of ${escaped(sub)}.</p>
<form method="post" action="/auth/logout"><button id="logout">Sign out</button></form>`;
}

function shown(value: unknown): string {
  if (typeof value !== 'object' || value === null) return escaped(String(value));
  return Object.entries(value)
    .map(([name, each]) => `${escaped(name)}: ${escaped(String(each))}`)
    .join('<br>');
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
}

export const stylesheet = `:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
main { max-inline-size: 26rem; margin: 10vh auto; padding: 0 1rem }
h1 { font-size: 1.5rem }
dt { font-weight: 600; margin-block-start: .75rem }
dd { margin: 0; overflow-wrap: anywhere }
.small { font-size: .875rem; overflow-wrap: anywhere }
button { font: inherit; min-block-size: 2.75rem; padding-inline: 1rem }
`;
