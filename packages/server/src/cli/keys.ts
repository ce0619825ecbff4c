// `countersign keys rotate`: the published next keys take over, on this store; running nodes follow within a second.

import { readConfig, StartRefused } from '../config.ts';
import { rotateRings } from '../domain/keys/rings.ts';
import { defaultTenant } from '../domain/tenants/hosts.ts';
import { createProcessLog } from '../log.ts';
import { openHouse } from '../server.ts';

/** The command. @throws StartRefused when verifiers may not know the next key yet */
export async function keys(args: string[]): Promise<void> {
  const [verb, ...rest] = args;
  if (verb !== 'rotate') throw new StartRefused('Say what to do with the keys: countersign keys rotate');
  const config = readConfig(rest, process.env);
  const house = await openHouse(config, createProcessLog('warn', true));
  try {
    const subject = config.domain[0] ?? 'localhost';
    const rotation = await rotateRings(house.database.store(defaultTenant), subject, house.now());
    if (rotation.kind === 'too_soon') {
      throw new StartRefused(
        `The next key was published a moment ago and verifiers may not have it yet; rotate again in ${rotation.seconds} s.`,
      );
    }
    house.record({
      tenant: defaultTenant,
      type: 'sapi',
      description: 'Rotate the signing keys (command line)',
      details: { current: rotation.current.kid },
    });
    process.stdout.write(
      `The current key is now ${rotation.current.kid}.\nTokens of the previous key stay valid until it is revoked: PUT /api/v2/keys/signing/{kid}/revoke\n`,
    );
  } finally {
    await house.close();
  }
}
