// Machine tokens over HTTP: what one costs, beside the bare signature and beside `oidc-provider`.

import { type Benchmark, type Figure, median, shown, spread } from '../figure.ts';
import { type Generator, startGenerator } from '../load/generate.ts';
import { tokenRequest } from '../load/request.ts';
import type { BareServerFacts } from '../peers/bare-server.ts';
import type { SignatureAlgorithm, SignatureJob, Signatures } from '../peers/bare-signature.ts';
import { freshFolder, machineRequest, scope, startCountersign } from '../peers/countersign.ts';
import type { PeerFacts } from '../peers/oidc-provider.ts';
import { type Child, pathOf, startChild } from '../process/child.ts';
import {
  type Contender,
  cpuEach,
  generatorCpuEach,
  httpContender,
  inFlight,
  perSecond,
  ratios,
  runRounds,
  type Stretches,
} from '../rounds.ts';

const rounds = 9;

export function signatureContender(child: Child, alg: SignatureAlgorithm, seconds: number): Contender {
  return {
    name: `signature ${alg}`,
    async stretch() {
      const before = await child.usage();
      const job: SignatureJob = { alg, seconds, inFlight };
      const done = await child.ask<Signatures>({ ask: 'sign', ...job });
      const after = await child.usage();
      return { ...done, cpu: after.cpu - before.cpu };
    },
  };
}

async function peerContenders(peer: Child, generator: Generator, seconds: number): Promise<Contender[]> {
  const facts = await peer.ask<PeerFacts>({ ask: 'facts' });
  const contender = (alg: 'RS256' | 'ES256') => {
    const request = tokenRequest('/token', {
      client_id: facts.clientId,
      client_secret: facts.clientSecret,
      resource: facts.audiences[alg],
      scope: facts.scope,
    });
    return httpContender(`oidc-provider ${alg}`, { process: peer, port: facts.port }, [request], generator, seconds);
  };
  return [contender('RS256'), contender('ES256')];
}

async function bareContenders(bare: Child, generator: Generator, seconds: number): Promise<Contender[]> {
  const facts = await bare.ask<BareServerFacts>({ ask: 'facts' });
  return (['RS256', 'ES256'] as const).map((alg) => {
    const request = tokenRequest('/oauth/token', {
      client_id: facts.clientId,
      client_secret: facts.clientSecret,
      audience: alg,
      scope,
    });
    return httpContender(`bare server ${alg}`, { process: bare, port: facts.port }, [request], generator, seconds);
  });
}

function figures(measured: Stretches): Figure[] {
  const each = (name: string) => `${shown(cpuEach(measured, name))} µs`;
  const compared = (name: string, other: string) => {
    const values = ratios(measured, name, other);
    return {
      value: median(values),
      note: `${each(name)} and ${each(other)} of CPU; ${spread(values)} over ${rounds} rounds`,
    };
  };
  const rate = (alg: string): Figure => ({
    kind: 'measured',
    name: `${alg} tokens, this machine, ${inFlight} in flight`,
    value: perSecond(measured, `countersign ${alg}`),
    unit: '/s',
    note: `oidc-provider ${shown(perSecond(measured, `oidc-provider ${alg}`))}/s; the load generator used ${shown(generatorCpuEach(measured, `countersign ${alg}`))} µs a request`,
  });
  const signature = compared('countersign RS256', 'signature RS256');
  const otherSignature = compared('countersign ES256', 'signature ES256');
  return [
    {
      kind: 'measured',
      name: 'RS256 tokens, rate to the bare signature',
      unit: '%',
      target: { least: 70 },
      ...signature,
      value: signature.value * 100,
    },
    {
      kind: 'measured',
      name: 'RS256 tokens, rate to oidc-provider',
      unit: 'x',
      target: { least: 1.5 },
      ...compared('countersign RS256', 'oidc-provider RS256'),
    },
    {
      kind: 'measured',
      name: 'ES256 tokens, rate to oidc-provider',
      unit: 'x',
      target: { least: 2.5 },
      ...compared('countersign ES256', 'oidc-provider ES256'),
    },
    {
      kind: 'measured',
      name: 'ES256 tokens, rate to the bare signature',
      unit: '%',
      ...otherSignature,
      value: otherSignature.value * 100,
    },
    ...(['RS256', 'ES256'] as const).flatMap((alg): Figure[] => [
      {
        kind: 'measured',
        name: `${alg} tokens, rate to a bare HTTP server`,
        unit: 'x',
        ...compared(`countersign ${alg}`, `bare server ${alg}`),
      },
      {
        kind: 'measured',
        name: `bare HTTP server ${alg}, rate to oidc-provider`,
        unit: 'x',
        ...compared(`bare server ${alg}`, `oidc-provider ${alg}`),
      },
      rate(alg),
    ]),
  ];
}

export const machineTokens: Benchmark = {
  name: 'machine-tokens',
  about: 'machine tokens over HTTP, beside the bare signature and oidc-provider',
  async run({ seconds, say }) {
    const bare = startChild(pathOf('peers/bare-signature.ts'));
    const peer = startChild(pathOf('peers/oidc-provider.ts'), { env: { NODE_ENV: 'production' } });
    const bareServer = startChild(pathOf('peers/bare-server.ts'));
    const generator = startGenerator();
    const server = await startCountersign({ data: freshFolder() });
    try {
      const ours = async (alg: SignatureAlgorithm) =>
        httpContender(`countersign ${alg}`, server, [await machineRequest(server, alg)], generator, seconds);
      const contenders = [
        signatureContender(bare, 'RS256', seconds),
        await ours('RS256'),
        signatureContender(bare, 'ES256', seconds / 2),
        await ours('ES256'),
        ...(await bareContenders(bareServer, generator, seconds)),
        ...(await peerContenders(peer, generator, seconds)),
      ];
      say(`${contenders.length} contenders, ${rounds} rounds`);
      return figures(await runRounds(contenders, rounds));
    } finally {
      await Promise.all([bare.end(), bareServer.end(), peer.end(), generator.end(), server.end()]);
    }
  },
};
