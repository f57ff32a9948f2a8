/**
 * Payments that move no money: details are what the person's claim `payment_details` says, and a payment is a name made of its order, so that a
 * repeated order is the same payment in every process without anything being kept. The statement text says what it is.
 */
import type { Account, Vault } from '@symbolon/provider';
import type { PaymentConnector, PaymentDetails } from './connector.ts';

/** The one kind of account the network knows, US_ACH, is kept in it. */
const currency = 'USD';

export function sandboxPayments(vault: Pick<Vault, 'mac'>): PaymentConnector {
  return {
    details: async (account) => detailsOf(account),
    process: async ({ account, amount, key }) => {
      if (detailsOf(account).length === 0) return undefined;
      const name = vault.mac('sandbox-payment', key);
      const verification_id = name.toString('base64url', 0, 18);
      const account_statement_descriptor = `SANDBOX ${name.toString('hex', 18, 22).toUpperCase()}`;
      return { verification_id, account_statement_descriptor, amount, currency };
    },
  };
}

/** One account or a list of them; anything else is none. */
function detailsOf({ claims }: Account): readonly PaymentDetails[] {
  const said = Object.hasOwn(claims, 'payment_details') ? claims.payment_details : undefined;
  return [said ?? []].flat().filter((one): one is PaymentDetails => typeof one === 'object' && one !== null && !Array.isArray(one));
}
