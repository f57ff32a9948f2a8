/**
 * Where somebody may sign in, as links with pictures; ids `upstream-<id>`. Links, not forms: they do nothing yet, and a form's policy would have
 * to know where the upstream's own redirects lead.
 */
import { initial, safeText } from './safe-text.ts';
import { ownAddress } from './safe-url.ts';
import { translator } from './translate.ts';

export type UpstreamLink = {
  readonly id: string;
  readonly name: string;
  /** A path of ours. */
  readonly logo?: string;
  /** A path of ours. */
  readonly href: string;
  /** She chose it before. */
  readonly former?: boolean;
};

type Props = { readonly upstreams: readonly UpstreamLink[]; readonly locale: string; readonly label: string };

export function UpstreamLinks({ upstreams, locale, label }: Props) {
  const { t } = translator(locale);
  if (upstreams.length === 0) return null;
  return (
    <ul class="accounts" aria-label={label}>
      {upstreams.map(({ id, name, logo, href, former }) => (
        <li key={id}>
          <a id={`upstream-${id}`} class="button account" href={ownAddress(href)}>
            <Picture name={name} logo={logo} />
            <span class="who">
              <bdi>{safeText(name)}</bdi>
              {former === true ? <span class="detail">{t('selector.former')}</span> : null}
            </span>
          </a>
        </li>
      ))}
    </ul>
  );
}

function Picture({ name, logo }: { readonly name: string; readonly logo: string | undefined }) {
  return (
    <span class="picture" aria-hidden="true">
      {logo === undefined ? initial(name) : <img src={ownAddress(logo)} alt="" width="44" height="44" />}
    </span>
  );
}
