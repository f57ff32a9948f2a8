/** What every page is given besides its own view: language, tenant, and where the assets are. */
import type { AssetPaths } from './assets.ts';

export type PageContext = {
  readonly assets: AssetPaths;
  /** The language of this page, a BCP 47 tag: what `negotiate` answered. */
  readonly locale: string;
  /** The languages to choose from; with fewer than two there is no chooser. */
  readonly locales: readonly string[];
  /**
   * The query of the page's own address, with or without `?`: a language link is this query with another `ui_locales`.
   * Left out when the address cannot be opened again with GET; then there is no chooser.
   */
  readonly query?: string;
  readonly tenant: { readonly name: string; readonly logo?: string };
};
