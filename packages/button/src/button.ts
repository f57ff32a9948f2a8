/**
 * `<symbolon-button client-id origin-url>`: a link that begins a sign-in through the account selector. Attributes: `label` instead of our text,
 * `lang` (else the page's), `theme` (light, dark; else the system's), `fingerprint="off"` for no visitor id. Custom properties
 * --symbolon-accent, --symbolon-ink, --symbolon-radius, --symbolon-font; part `button`. One file, because pages of other sites load it: one
 * request, one integrity hash.
 */

/** Milliseconds that a press waits for the visitor id: it is a hint, and nobody waits for a hint. */
const patience = 1500;

const labels: Readonly<Record<string, string>> = {
  en: 'Sign in',
  fi: 'Kirjaudu sisään',
  sv: 'Logga in',
  nl: 'Inloggen',
  fr: 'Se connecter',
};

/** The colours of our pages. */
const style = `
:host { display: inline-block; color-scheme: light dark }
:host([hidden]) { display: none }
:host([theme=light]) { color-scheme: light }
:host([theme=dark]) { color-scheme: dark }
a {
  --accent: var(--symbolon-accent, light-dark(#0f6a60, #74c9ba));
  display: inline-flex; align-items: center; justify-content: center; gap: .6em; box-sizing: border-box; inline-size: 100%; min-block-size: 2.75rem;
  padding: .5em 1.1em; border-radius: var(--symbolon-radius, .5rem); background: var(--accent);
  color: var(--symbolon-ink, light-dark(#fff, #06231f)); font: var(--symbolon-font, 600 1rem/1.5 system-ui, sans-serif); text-decoration: none
}
a:hover { filter: brightness(1.1) }
a:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
a:not([href]), a[aria-busy=true] { opacity: .6 }
svg { inline-size: 1.25em; block-size: 1.25em; flex: none; fill: currentColor }
@media (forced-colors: active) { a { border: 1px solid } }`;

/** The disc broken in two. */
const mark =
  'M17.1 1.04A15 15 0 0 0 13.5 30.79L15.9 26.2 12.5 21.4 17.3 17.2 12.9 12.3 17.7 7.2Z' +
  'M18.5 1.21A15 15 0 0 1 14.9 30.96L17.5 26.1 14.2 21.6 19.1 17.2 14.7 12.3 19.4 7.3Z';

/** A class, because the platform registers elements as classes. */
class SymbolonButton extends HTMLElement {
  static readonly observedAttributes = ['client-id', 'origin-url', 'label', 'lang'];

  readonly #link = document.createElement('a');
  readonly #text = document.createElement('span');
  #said: string | undefined;

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open', delegatesFocus: true });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    // Not a style element: pages with a strict content security policy would refuse it.
    root.adoptedStyleSheets = [sheet];
    this.#link.part.add('button');
    this.#link.append(drawnMark(), this.#text);
    this.#link.addEventListener('click', (event) => this.#press(event));
    root.append(this.#link);
  }

  connectedCallback(): void {
    this.#text.textContent = this.getAttribute('label') || labelFor(this);
    const fault = complaint(this);
    if (fault === undefined) this.#link.href = destination(this);
    else this.#link.removeAttribute('href');
    // Once, though the browser tells of each attribute.
    if (fault !== undefined && fault !== this.#said) console.error(`<symbolon-button>: ${fault}`);
    this.#said = fault;
  }

  attributeChangedCallback(): void {
    if (this.isConnected) this.connectedCallback();
  }

  /** Where the browser opens another tab or window, there is no visitor id. */
  async #press(event: MouseEvent): Promise<void> {
    const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    if (!plain || !this.#link.href || this.getAttribute('fingerprint') === 'off') return;
    event.preventDefault();
    if (this.#link.ariaBusy === 'true') return;
    this.#link.ariaBusy = 'true';
    const hint = await Promise.race([visitorId(), new Promise<undefined>((resolve) => setTimeout(resolve, patience))]);
    // A page that the browser brings back from its memory has a button that works.
    this.#link.ariaBusy = 'false';
    location.assign(destination(this, hint));
  }
}

/** Why the button cannot work: said to the page's developer. */
function complaint(button: Element): string | undefined {
  const origin = button.getAttribute('origin-url');
  if (!button.getAttribute('client-id')) return 'client-id is missing: give the id of your application';
  if (!origin) return 'origin-url is missing: give the address of your page that begins the sign-in';
  const url = URL.canParse(origin, document.baseURI) ? new URL(origin, document.baseURI) : undefined;
  // A script in the address would run with the rights of the page.
  return url && /^https?:$/.test(url.protocol) ? undefined : 'origin-url must be an http or https address';
}

/** The page that begins the sign-in, told who asks and, as a hint, who comes. */
function destination(button: Element, visitorId?: string): string {
  const url = new URL(button.getAttribute('origin-url') ?? '', document.baseURI);
  url.searchParams.set('client_id', button.getAttribute('client-id') ?? '');
  if (visitorId) url.searchParams.set('visitor_id', visitorId);
  return url.href;
}

function labelFor(button: Element): string {
  const wanted = [button.closest('[lang]')?.getAttribute('lang') ?? '', ...navigator.languages];
  return wanted.map((language) => labels[language.toLowerCase().split('-')[0] ?? '']).find(Boolean) ?? 'Sign in';
}

/** Element by element: pages that demand trusted types refuse markup in a string. */
function drawnMark(): Element {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  svg.setAttribute('viewBox', '0 0 32 32');
  svg.setAttribute('aria-hidden', 'true');
  path.setAttribute('d', mark);
  svg.append(path);
  return svg;
}

async function visitorId(): Promise<string | undefined> {
  try {
    return await (await import('./visitor.ts')).visitorId();
  } catch {
    return undefined;
  }
}

// A page may load the script twice.
if (!customElements.get('symbolon-button')) customElements.define('symbolon-button', SymbolonButton);
