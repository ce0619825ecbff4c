// How often somebody may ask for a mail to one address (auth0-behaviour §38.4): counted for the address that is typed, whether or not
// anybody has it, and for whoever asks, so that nobody else's requests are in the way.

import { networkOf } from '../../schema/address.ts';
import type { Limits } from '../../storage/store.ts';
import { accountOf, subjectOf } from './gate.ts';
import { type EndpointRate, rateNamed } from './rates.ts';

/** Takes a request for a mail. `seconds` until there is another, if there is none. `now` in ms. */
export async function enterReset(
  tx: Pick<Limits, 'draw'>,
  rates: readonly EndpointRate[],
  asked: { readonly identifier: string; readonly ip: string },
  now: number,
): Promise<{ readonly kind: 'open' } | { readonly kind: 'closed'; readonly seconds: number }> {
  const rate = rateNamed(rates, 'reset');
  if (!rate) return { kind: 'open' };
  const whose = subjectOf(accountOf(undefined, asked.identifier));
  const { drawn, nextAt } = await tx.draw({ name: `mail for ${whose} from ${networkOf(asked.ip)}`, ...rate }, now);
  return drawn ? { kind: 'open' } : { kind: 'closed', seconds: Math.max(1, Math.ceil((nextAt - now) / 1000)) };
}
