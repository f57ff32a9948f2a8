/** The port to whoever holds people's money: what a bank network must be asked to tell of a person's accounts, and to prove one by a payment. */
import type { Account, Json } from '@symbolon/provider';

/** One account of a person, as its bank describes it: bankId, identifier, identifierType, type, transferIn, transferOut, accountId. */
export type PaymentDetails = Readonly<Record<string, Json>>;

export type PaymentOrder = {
  readonly account: Account;
  readonly client_id: string;
  /** In the currency of the person's account, with two decimals at most; 0 where the amount is left to the bank. */
  readonly amount: number;
  /** Two orders of one key are one order: the second is answered like the first, and nothing is paid for it. */
  readonly key: string;
};

export type Payment = {
  readonly verification_id: string;
  readonly account_statement_descriptor: string;
  readonly amount: number;
  readonly currency: string;
};

export type PaymentConnector = {
  /** Empty when none is known. */
  readonly details: (account: Account) => Promise<readonly PaymentDetails[]>;
  /** Undefined when the person has no account that money could go to. */
  readonly process: (order: PaymentOrder) => Promise<Payment | undefined>;
};
