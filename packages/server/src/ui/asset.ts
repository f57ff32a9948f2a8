/** A file as it is served: always the same bytes under the same headers. */
export type Asset = { readonly body: Buffer; readonly headers: Readonly<Record<string, string>> };
