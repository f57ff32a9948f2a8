/** Whoever asks: the application a page speaks for, with the picture and the links it registered (RFC 7591 section 2). */
import { initial, safeText } from './safe-text.ts';
import { safeUrl } from './safe-url.ts';
import { translator } from './translate.ts';

export type Asker = {
  readonly name: string;
  readonly logo?: string;
  /** `policy_uri` and `tos_uri`: shown when they are web addresses. */
  readonly policyUri?: string;
  readonly tosUri?: string;
};

type AskerProps = {
  readonly client: Asker;
  /** Who the answer goes to, where that matters: anybody may call himself anything, but not have any host (H4). */
  readonly host?: string;
};

export function AskerName({ client }: { readonly client: Asker }) {
  return (
    <b>
      <bdi>{safeText(client.name)}</bdi>
    </b>
  );
}

/** Picture, name and, where given, host. */
export function AskerBadge({ client, host }: AskerProps) {
  return (
    <div class="asker">
      <AskerPicture client={client} />
      <div>
        <AskerName client={client} />
        {host === undefined || host === '' ? null : (
          <span class="host">
            <code id="client-host" dir="ltr">
              {safeText(host, 253)}
            </code>
          </span>
        )}
      </div>
    </div>
  );
}

function AskerPicture({ client }: { readonly client: Asker }) {
  const logo = safeUrl(client.logo);
  return (
    <span class="picture" aria-hidden="true">
      {logo === undefined ? initial(client.name) : <img src={logo} alt="" width="44" height="44" referrerpolicy="no-referrer" />}
    </span>
  );
}

/** Opened beside the page: who reads the terms wants to come back to the form. */
export function AskerLinks({ client, locale }: { readonly client: Asker; readonly locale: string }) {
  const { t } = translator(locale);
  const links = [
    { href: safeUrl(client.policyUri), text: t('asker.policy') },
    { href: safeUrl(client.tosUri), text: t('asker.terms') },
  ].filter(({ href }) => href !== undefined);
  if (links.length === 0) return null;
  return (
    <p class="asker-links">
      {links.map(({ href, text }) => (
        <a key={text} href={href} target="_blank" rel="noopener noreferrer">
          {text}
        </a>
      ))}
    </p>
  );
}
