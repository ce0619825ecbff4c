// Whether a login costs the same however many users there are: 1,000 and 1,000,000 of them, drawn at random. A whole login:
// the page, the password (its hash included), the code, the exchange.

import { type Benchmark, type Figure, median, shown, spread } from '../figure.ts';
import { type Countersign, freshFolder, startCountersign } from '../peers/countersign.ts';
import { emailOf, multiplyUser } from '../peers/fill-users.ts';
import { addUser, browser, exchangeParams, logIn, type WebClient, webClient } from '../peers/people.ts';
import { type Contender, cpuEach, ratios, runRounds, settleMs } from '../rounds.ts';

const sizes = [1_000, 1_000_000] as const;
const [few, many] = sizes;
const rounds = 5;
const logins = 60;
const atOnce = 4;

interface Crowd {
  readonly count: number;
  readonly server: Countersign;
  readonly client: WebClient;
}

async function crowd(count: number): Promise<Crowd> {
  const data = freshFolder();
  const before = await startCountersign({ data });
  const client = await webClient(before);
  const email = 'template-of-all@example.com';
  const userId = await addUser(before, email);
  await before.end();
  multiplyUser(data, userId, email, count);
  return { count, server: await startCountersign({ data }), client };
}

function contender({ count, server, client }: Crowd): Contender {
  const stretch = async () => {
    const before = await server.process.usage();
    const began = performance.now();
    let left = logins;
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        while (left-- > 0) {
          const code = await logIn(browser(server), client, emailOf(1 + Math.floor(Math.random() * count)));
          const { status, text } = await server.token(exchangeParams(client, code));
          if (status !== 200) throw new Error(text);
        }
      }),
    );
    const seconds = (performance.now() - began) / 1000;
    await new Promise((resolve) => setTimeout(resolve, settleMs));
    return { count: logins, seconds, cpu: (await server.process.usage()).cpu - before.cpu };
  };
  return {
    name: String(count),
    async warmUp() {
      await stretch();
    },
    stretch,
  };
}

export const users: Benchmark = {
  name: 'users',
  about: 'the cost of a login with 1,000 and 1,000,000 users',
  async run({ say }) {
    const crowds: Crowd[] = [];
    try {
      for (const count of sizes) {
        say(`${count.toLocaleString('en-US')} users`);
        crowds.push(await crowd(count));
      }
      say(`${rounds} rounds of ${logins} logins, users drawn at random`);
      const measured = await runRounds(crowds.map(contender), rounds);
      const values = ratios(measured, String(many), String(few));
      const figure: Figure = {
        kind: 'measured',
        name: `logins with ${shown(many)} users, rate to ${shown(few)}`,
        value: median(values) * 100,
        unit: '%',
        target: { least: 80 },
        note: `${shown(cpuEach(measured, String(many)) / 1000)} ms and ${shown(cpuEach(measured, String(few)) / 1000)} ms of CPU, most of it the password's hash; ${spread(values)}`,
      };
      return [figure];
    } finally {
      await Promise.all(crowds.map(({ server }) => server.end()));
    }
  },
};
