/**
 * What a dialect is: the spelling and the places that the clients of another system are used to, put around the core as plain functions over
 * its plain requests and answers. What a request means is never a dialect's business. dialects/ has one file each; compose.ts alone names them.
 */
import type {
  Answer,
  AsymmetricAlgorithm,
  CoreRequest,
  CoreResponse,
  DirectEndpointName,
  EndpointName,
  Lifetimes,
  Places,
  UnsaidPolicies,
} from '@symbolon/provider';

/** What happens to a request on its way in and to an answer on its way out. What a dialect spells like everybody, it leaves out. */
export type Spelling = {
  readonly requests?: Readonly<Partial<Record<EndpointName, (request: CoreRequest) => CoreRequest>>>;
  readonly responses?: Readonly<Partial<Record<DirectEndpointName, (response: CoreResponse, issuer: string) => CoreResponse>>>;
  /** The answer of the authorization endpoint; `codeLifetime`, in seconds, when there is a code in it. */
  readonly authorization?: (answer: Answer, codeLifetime: number | undefined) => Answer;
};

export type FurtherPlace = readonly [url: string, what: EndpointName | `/${string}`];

export type Dialect = {
  /** Where the endpoints of a tenant with this issuer live, as far as that is not where they are for everybody. */
  readonly paths: (issuer: string) => Places;
  /** Further URLs at which old clients look for an endpoint, or for a page by its path; each answers unless it is another tenant's. */
  readonly alsoAt: (issuer: string) => readonly FurtherPlace[];
  /** What a tenant leaves unsaid. */
  readonly unsaid: {
    readonly lifetimes: Partial<Lifetimes>;
    readonly locales?: readonly string[];
    /** What signs for clients that registered no algorithm, where the tenant offers it. */
    readonly signing?: AsymmetricAlgorithm;
    readonly policies?: UnsaidPolicies;
  };
  readonly spelling: Spelling;
  /** Whether these clients look for the payment endpoints; left out, there are none. */
  readonly payments?: 'offered';
};
