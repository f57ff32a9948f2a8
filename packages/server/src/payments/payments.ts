/**
 * The payment endpoints of a bank network, as IDPartner's clients call them: protected resources behind a scope each. What is asked of an access
 * token, the core says; what an account is and what a payment is, the connector.
 */
import {
  type CoreRequest,
  type CoreResponse,
  json,
  OAuthError,
  type Provider,
  type ResourceRow,
  serveResource,
  type Visitor,
} from '@symbolon/provider';
import type { PaymentConnector } from './connector.ts';

type Endpoint = ResourceRow & {
  /** Its member in the discovery document. */
  readonly metadata: string;
  readonly answer: (op: Provider, payments: PaymentConnector, visitor: Visitor, request: CoreRequest) => Promise<CoreResponse>;
};

export const paymentEndpoints: readonly Endpoint[] = [
  { metadata: 'payment_details_info_endpoint', path: '/payment_details', method: 'GET', scope: 'payment_details', answer: details },
  { metadata: 'payment_processing_endpoint', path: '/payment_processing', method: 'POST', scope: 'payment_processing', answer: processing },
];

/** For the settings of a tenant that offers them. */
export const paymentPaths: Readonly<Record<string, `/${string}`>> = Object.fromEntries(
  paymentEndpoints.map(({ metadata, path }) => [metadata, path]),
);

/** Answers a request at a payment endpoint. Never throws an OAuthError. */
export function servePayments(op: Provider, payments: PaymentConnector, endpoint: Endpoint, request: CoreRequest): Promise<CoreResponse> {
  return serveResource(op, endpoint, request, (visitor) => endpoint.answer(op, payments, visitor, request));
}

async function details(_: Provider, payments: PaymentConnector, { account }: Visitor): Promise<CoreResponse> {
  return json(200, await payments.details(account));
}

/** A client that got no answer asks again with the token it has: the same token and amount are the same payment. */
async function processing(
  op: Provider,
  payments: PaymentConnector,
  { account, client, token }: Visitor,
  request: CoreRequest,
): Promise<CoreResponse> {
  const amount = amountOf(request.json);
  const key = op.vault.mac('payment', JSON.stringify([token.hash, amount])).toString('base64url');
  const payment = await payments.process({ account, client_id: client.client_id, amount, key });
  if (payment === undefined) throw new OAuthError('invalid_request', 'this person has no account that a payment could go to');
  return json(200, payment);
}

/** Far above any payment that only shows whose an account is, and exact in a double to the last cent. */
const largestAmount = 1_000_000;

function amountOf(body: string | undefined): number {
  const amount = body === undefined ? undefined : memberOf(body, 'amount');
  if (typeof amount !== 'number') throw new OAuthError('invalid_request', 'send a JSON object with a number as its member amount');
  if (!(amount >= 0 && amount <= largestAmount)) throw new OAuthError('invalid_request', `amount must be from 0 to ${largestAmount}`);
  if (Number(amount.toFixed(2)) !== amount) throw new OAuthError('invalid_request', 'amount has more than two decimals');
  // -0 is 0.
  return amount + 0;
}

function memberOf(text: string, name: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
  } catch {
    return undefined;
  }
}
