/**
 * The visitor id: a fingerprint of the browser's properties, the same at every visit. A hint by which the account selector finds a former choice; it
 * signs nobody in. Loaded only when somebody presses the button.
 */
import { load } from '@fingerprintjs/fingerprintjs';

/** Nothing is reported to the library's makers. */
export async function visitorId(): Promise<string> {
  const agent = await load({ monitoring: false });
  return (await agent.get()).visitorId;
}
