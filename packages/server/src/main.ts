#!/usr/bin/env node
// The process and the command line's door: picks the command, runs it, and turns every failure that an operator
// can mend into one sentence and exit code 1.

import { createRequire, enableCompileCache } from 'node:module';

const needed = 24;

const commands: Readonly<
  Record<string, { readonly about: string; readonly load: () => Promise<(args: string[]) => Promise<void>> }>
> = {
  serve: { about: 'start the server', load: async () => (await import('./cli/serve.ts')).serve },
  token: {
    about: 'print an access token for an API, and what is in it',
    load: async () => (await import('./cli/token.ts')).token,
  },
  test: {
    about: 'test token, test login: tokens for a try, with what is in them and why',
    load: async () => (await import('./cli/test.ts')).test,
  },
  explain: {
    about: 'say why an API refuses a token: explain [TOKEN|-] [--api IDENTIFIER] [--scope S]',
    load: async () => (await import('./cli/explain.ts')).explain,
  },
  logs: {
    about: 'logs tail [--client C] [--api A] [--user U] [--type T]: events as they happen',
    load: async () => (await import('./cli/logs.ts')).logs,
  },
  login: {
    about: 'sign in at a server, for explain and logs with --issuer',
    load: async () => (await import('./cli/login.ts')).login,
  },
  keys: {
    about: 'keys rotate: let the next signing keys take over',
    load: async () => (await import('./cli/keys.ts')).keys,
  },
};

function version(): string {
  const read = createRequire(import.meta.url)('../package.json') as { version: string };
  return read.version;
}

async function help(): Promise<string> {
  const { settingsHelp } = await import('./config.ts');
  const lines = Object.entries(commands).map(([name, { about }]) => `  ${name.padEnd(8)}${about}`);
  return [
    "countersign: an authorization server that speaks Auth0's wire",
    '',
    'Usage: countersign <command> [flags]',
    '',
    ...lines,
    '  help    print this',
    '  version print the version',
    '',
    'Flags of serve, each with its environment variable (a flag wins):',
    '',
    settingsHelp(),
    '',
  ].join('\n');
}

/** Errors whose message was written for the operator. */
const worded = new Set(['StoreRefused', 'StoreUnavailable', 'StartRefused']);

async function run(argv: string[]): Promise<void> {
  const [name = 'help', ...args] = argv;
  if (name === 'help' || name === '--help' || name === '-h' || args.includes('--help')) {
    process.stdout.write(await help());
    return;
  }
  if (name === 'version' || name === '--version' || name === '-v') {
    process.stdout.write(`${version()}\n`);
    return;
  }
  const command = commands[name];
  if (!command) {
    const { StartRefused } = await import('./config.ts');
    throw new StartRefused(`There is no command "${name}". "countersign help" lists them.`);
  }
  await (await command.load())(args);
}

// Compiled code is kept between starts (in the temporary folder, by user and version of Node): half of a start is compiling.
enableCompileCache?.();
if (Number(process.versions.node.split('.')[0]) < needed) {
  process.stderr.write(`Countersign needs Node ${needed} or newer; this is Node ${process.versions.node}.\n`);
  process.exit(1);
}
run(process.argv.slice(2)).catch((error: unknown) => {
  const known = error instanceof Error && worded.has(error.name);
  process.stderr.write(
    known
      ? `countersign: ${(error as Error).message}\n`
      : `countersign: ${error instanceof Error ? error.stack : String(error)}\n`,
  );
  process.exit(1);
});
