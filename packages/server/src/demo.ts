// Serves the demo beside the server, so that the first start shows the whole of it at work: the protected API of
// examples/health-api, and the application of examples/single-page-app that signs people in and calls it.

import type { Config } from './config.ts';
import { StartRefused } from './config.ts';
import { isDevelopment } from './development.ts';
import type { ProcessLog } from './log.ts';
import { type Demo, registerAddress } from './seed/demo.ts';
import type { Call } from './seed/trusted.ts';

interface Served {
  readonly port: number;
  close(): Promise<void>;
}

/** The demo while it runs. */
export interface RunningDemo extends Demo {
  readonly apiPort: number;
  /** Undefined when somebody deleted the app's client. */
  readonly appPort: number | undefined;
  close(): Promise<void>;
}

interface HealthApi {
  startHealthApi(options: {
    port: number;
    host: string;
    issuer: string;
    audience: string;
    origins: readonly string[];
    explainRefusals: boolean;
    log: (line: string) => void;
  }): Promise<Served>;
}
interface SinglePageApp {
  startSinglePageApp(options: {
    port: number;
    host: string;
    issuer: string;
    clientId: string;
    audience: string;
    apiUrl: string;
    sdk?: URL;
  }): Promise<Served>;
}

/** In a checkout the examples themselves; in the published package their copies beside the compiled program. */
const packed = !import.meta.url.endsWith('.ts');
const from = (folder: string, file: string) =>
  new URL(packed ? `./demo/${folder}/${file}` : `../../../examples/${folder}/${file}`, import.meta.url);

async function taken<T>(serving: Promise<T>, port: number, what: string, flag: string): Promise<T> {
  try {
    return await serving;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new StartRefused(`Port ${port} for ${what} is taken; choose another with ${flag}, or start with --no-demo.`);
  }
}

/**
 * Starts the demo API and the single-page app, and lets the app's client be at its address. What the API refuses goes to
 * the process log, in words. `call`: the Management API. @throws StartRefused when a port is taken
 */
export async function serveDemo(
  config: Config,
  issuer: string,
  demo: Demo,
  call: Call,
  log: ProcessLog,
): Promise<RunningDemo> {
  const { host } = config;
  const { startHealthApi } = (await import(from('health-api', 'api.mjs').href)) as HealthApi;
  const { startSinglePageApp } = (await import(from('single-page-app', 'app.mjs').href)) as SinglePageApp;
  const open: Served[] = [];
  const close = async () => {
    await Promise.all(open.map((served) => served.close()));
  };
  const { audience, singlePageApp: clientId } = demo;
  try {
    // Each has to know where the other is: the API learns the app's origin once that has its port.
    const origins: string[] = [];
    const refused = (line: string) => log.info(`demo API: ${line}`);
    const explainRefusals = isDevelopment(config);
    const apiOptions = { port: config['demo-port'], host, issuer, audience, origins, explainRefusals, log: refused };
    const api = await taken(startHealthApi(apiOptions), config['demo-port'], 'the demo API', '--demo-port');
    open.push(api);
    if (clientId === undefined) return { ...demo, apiPort: api.port, appPort: undefined, close };
    const port = config['demo-app-port'];
    const apiUrl = `http://localhost:${api.port}/patients`;
    const sdk = packed ? { sdk: from('single-page-app', 'auth0-spa-js.mjs') } : {};
    const starting = startSinglePageApp({ port, host, issuer, clientId, audience, apiUrl, ...sdk });
    const app = await taken(starting, port, 'the demo app', '--demo-app-port');
    open.push(app);
    origins.push(`http://localhost:${app.port}`);
    await registerAddress(call, clientId, `http://localhost:${app.port}`);
    return { ...demo, apiPort: api.port, appPort: app.port, close };
  } catch (error) {
    await close();
    throw error;
  }
}
