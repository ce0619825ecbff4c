// Serves the demo API of examples/health-api beside the server, so that the first start shows a protected API at work.

import type { Config } from './config.ts';
import { StartRefused } from './config.ts';
import type { ProcessLog } from './log.ts';

/** What the first start created for the demo. */
export interface DemoClient {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly audience: string;
}

export interface DemoApi {
  readonly port: number;
  close(): Promise<void>;
}

interface HealthApi {
  startHealthApi(options: {
    port: number;
    host: string;
    issuer: string;
    audience: string;
    log: (line: string) => void;
  }): Promise<DemoApi>;
}

/** In a checkout the example itself; in the published package its copy beside the compiled program. */
function location(): string {
  return import.meta.url.endsWith('.ts')
    ? new URL('../../../examples/health-api/api.mjs', import.meta.url).href
    : new URL('./demo/health-api.mjs', import.meta.url).href;
}

/** Starts the demo API. Its refusals go to the process log, in words. @throws StartRefused when its port is taken */
export async function serveDemoApi(
  config: Config,
  issuer: string,
  client: DemoClient,
  log: ProcessLog,
): Promise<DemoApi> {
  const { startHealthApi } = (await import(location())) as HealthApi;
  try {
    return await startHealthApi({
      port: config['demo-port'],
      host: config.host,
      issuer,
      audience: client.audience,
      log: (line) => log.info(`demo API: ${line}`),
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new StartRefused(
      `Port ${config['demo-port']} for the demo API is taken; choose another with --demo-port, or start with --no-demo.`,
    );
  }
}
