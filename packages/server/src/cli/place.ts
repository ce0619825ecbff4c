// Where a command works: on the store of this machine, whether or not a server runs over it.

import { resolve } from 'node:path';
import { type Config, readConfig, StartRefused } from '../config.ts';
import { defaultTenant } from '../domain/tenants/hosts.ts';
import { createProcessLog } from '../log.ts';
import type { TenantHost } from '../schema/brand.ts';
import { type Call, trustedCalls } from '../seed/trusted.ts';
import { type House, openHouse } from '../server.ts';
import { findFile } from '../storage/index.ts';
import { addressLeft } from './address.ts';

export interface Place {
  readonly house: House;
  readonly config: Config;
  readonly host: TenantHost;
  readonly issuer: string;
  /** The Management API, as the operator of this machine. */
  readonly call: Call;
}

/** The issuer that is meant: as said, or the server's own as it is configured or last started. @throws StartRefused */
export function issuerFor(config: Config, said: string | undefined): string {
  const issuer = said ?? (config.domain[0] ? `https://${config.domain[0]}/` : localIssuer(config));
  if (!URL.canParse(issuer) || !issuer.endsWith('/'))
    throw new StartRefused('--issuer must be a URL that ends with a slash.');
  return issuer;
}

/** A port that is named here counts; else that of the server which was started over the same data folder. */
function localIssuer({ port, data }: Config): string {
  const usual = readConfig([], {}).port;
  return (port === usual ? addressLeft(resolve(data)) : undefined) ?? `http://localhost:${port}/`;
}

/** Opens the store for the work, and closes it after. @throws StartRefused, StoreRefused, StoreUnavailable */
export async function withPlace<T>(
  rest: string[],
  said: string | undefined,
  work: (place: Place) => Promise<T>,
): Promise<T> {
  const config = readConfig(rest, process.env);
  // A store that is made here knows nothing, and would say so of every token and client.
  if (!config.database && (await findFile(config.data)) === undefined)
    throw new StartRefused(
      `There is no store in ${config.data}. Say where the server keeps its own, as it was started: --data FOLDER or --database URL.`,
    );
  const issuer = issuerFor(config, said);
  const host = new URL(issuer).host as TenantHost;
  const house = await openHouse(config, createProcessLog('warn', true));
  try {
    const call = trustedCalls(house.trustedRoutes, defaultTenant, host, issuer);
    return await work({ house, config, host, issuer, call });
  } finally {
    await house.close();
  }
}
