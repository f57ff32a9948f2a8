// Answers whether a session_state still fits this browser (OpenID Connect Session Management section 3.2). The origin of whoever asks is
// part of what is compared, so a state that another application was given never fits.
const cookie = `${document.currentScript.dataset.cookie}=`;

async function compare(message, origin) {
  const [, client, hash, salt] = /^(\S+) ([\w-]+)\.([\w-]+)$/.exec(message) ?? [];
  if (client === undefined) return 'error';
  const state = document.cookie.split('; ').find((each) => each.startsWith(cookie));
  const text = `${client} ${origin} ${state === undefined ? '' : state.slice(cookie.length)} ${salt}`;
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  const encoded = btoa(String.fromCharCode(...digest))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
  return encoded === hash ? 'unchanged' : 'changed';
}

addEventListener('message', async ({ data, origin, source }) => {
  if (typeof data !== 'string' || data.length > 1024 || origin === 'null' || source === null || source === window) return;
  source.postMessage(await compare(data, origin).catch(() => 'error'), origin);
});
