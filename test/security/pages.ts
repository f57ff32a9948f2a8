/** What the attack tests ask of a page is what all tests ask of it. */
export { expectErrorPage, textOf } from '../support/error-page.ts';
