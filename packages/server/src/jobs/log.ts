/** What a job needs of the logger. */
type Say = (fields: object, message: string) => void;

export type Log = { readonly info: Say; readonly warn: Say };
