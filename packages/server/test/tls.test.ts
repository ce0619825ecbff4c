// The development certificates: who trusts the authority reaches us over https, and nothing is replaced by surprise.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, get } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type DevelopmentTls, developmentTls } from '../src/tls.ts';

const now = Date.now();
const day = 86_400_000;
const openssl = spawnSync('openssl', ['version']).status === 0;

/** A data folder that does not exist yet, gone at the end of the test. */
function dataFolder(): Disposable & { readonly path: string } {
  const top = mkdtempSync(join(tmpdir(), 'countersign-tls-'));
  chmodSync(top, 0o755);
  return { path: join(top, 'data'), [Symbol.dispose]: () => rmSync(top, { recursive: true, force: true }) };
}

async function httpsServer({ keyPem, certPem }: DevelopmentTls): Promise<Disposable & { readonly port: number }> {
  const server = createServer({ key: keyPem, cert: certPem }, (_, response) => response.end('reached'));
  server.listen(0, '::');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, [Symbol.dispose]: () => server.close() };
}

/** The body, or the error's code. */
async function fetched(url: string, ca: string | undefined): Promise<string> {
  return await new Promise((resolve) => {
    get(url, { ca, agent: false }, (response) => response.setEncoding('utf8').on('data', resolve)).on(
      'error',
      (error) => resolve('code' in error ? String(error.code) : error.message),
    );
  });
}

test('a client that trusts only the authority reaches localhost and both loopback addresses', async () => {
  using data = dataFolder();
  const tls = await developmentTls(data.path, [], now);
  assert.equal(tls.caPath, join(data.path, 'tls', 'ca.pem'));
  assert.equal(readFileSync(tls.caPath, 'utf8'), tls.caPem);
  using server = await httpsServer(tls);
  for (const host of ['localhost', '127.0.0.1', '[::1]']) {
    assert.equal(await fetched(`https://${host}:${server.port}/`, tls.caPem), 'reached', host);
  }
  assert.equal(await fetched(`https://localhost:${server.port}/`, undefined), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE');
});

test('fetch in a process with NODE_EXTRA_CA_CERTS reaches it', async () => {
  using data = dataFolder();
  const tls = await developmentTls(data.path, [], now);
  using server = await httpsServer(tls);
  const body = `console.log(await (await fetch('https://localhost:${server.port}/')).text())`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', body], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: tls.caPath },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  assert.equal(String((await once(child.stdout, 'data'))[0]), 'reached\n');
});

test('openssl accepts the chain for localhost, and refuses it for another host', { skip: !openssl }, async () => {
  using data = dataFolder();
  const { caPath } = await developmentTls(data.path, ['auth.example.test', 'acme.localhost', '10.1.2.3'], now);
  const verify = (...check: string[]) =>
    spawnSync(
      'openssl',
      ['verify', '-x509_strict', '-purpose', 'sslserver', '-CAfile', caPath, ...check, serverFile(data.path)],
      {
        encoding: 'utf8',
      },
    );
  for (const host of ['localhost', 'acme.localhost', 'auth.example.test']) {
    assert.equal(verify('-verify_hostname', host).status, 0, host);
  }
  for (const ip of ['127.0.0.1', '::1', '10.1.2.3']) assert.equal(verify('-verify_ip', ip).status, 0, ip);
  assert.notEqual(verify('-verify_hostname', 'example.com').status, 0);
  const text = spawnSync('openssl', ['x509', '-noout', '-text', '-in', caPath], { encoding: 'utf8' }).stdout;
  assert.match(text, /Basic Constraints: critical\s+CA:TRUE, pathlen:0\n/);
  assert.match(text, /Key Usage: critical\s+Certificate Sign, CRL Sign\n/);
});

test('the authority lives ten years, the server certificate 398 days at most, and keys are for their owner only', async () => {
  using data = dataFolder();
  const { caPem, certPem } = await developmentTls(data.path, [], now);
  const days = (pem: string) => Math.round((new X509Certificate(pem).validToDate.getTime() - now) / day);
  assert.equal(days(caPem), 3650);
  assert.equal(days(certPem), 398);
  const mode = (file: string) => statSync(join(data.path, 'tls', file)).mode & 0o777;
  assert.deepEqual([mode('ca-key.pem'), mode('server.pem')], [0o600, 0o600]);
  assert.deepEqual(readdirSync(join(data.path, 'tls')).sort(), ['ca-key.pem', 'ca.pem', 'server.pem']);
  assert.deepEqual(readdirSync(data.path), ['tls']);
});

test('a later start takes the same certificates; few days left, a new host or damage renews only the one of the server', async () => {
  using data = dataFolder();
  const first = await developmentTls(data.path, [], now);
  assert.deepEqual(await developmentTls(data.path, ['LOCALHOST', '[0:0::1]'], now + 367 * day), first);

  const renewed = await developmentTls(data.path, [], now + 369 * day);
  assert.notEqual(renewed.certPem, first.certPem);
  assert.equal(renewed.caPem, first.caPem);

  const later = now + 369 * day;
  const wider = await developmentTls(data.path, ['acme.localhost', '192.168.0.7'], later);
  assert.notEqual(wider.certPem, renewed.certPem);
  assert.equal(new X509Certificate(wider.certPem).checkHost('acme.localhost'), 'acme.localhost');
  assert.equal(new X509Certificate(wider.certPem).checkIP('192.168.0.7'), '192.168.0.7');
  assert.deepEqual(await developmentTls(data.path, ['acme.localhost'], later), wider);

  const text = readFileSync(serverFile(data.path), 'utf8');
  for (const damage of ['', text.slice(0, 500), text.replace(/.*-----END PRIVATE KEY-----\n/s, '')]) {
    writeFileSync(serverFile(data.path), damage);
    const mended = await developmentTls(data.path, [], later);
    assert.equal(new X509Certificate(mended.certPem).verify(new X509Certificate(first.caPem).publicKey), true);
  }
});

test('a server certificate never outlives its authority', async () => {
  using data = dataFolder();
  const { caPem } = await developmentTls(data.path, [], now);
  const { certPem } = await developmentTls(data.path, [], now + 3500 * day);
  assert.equal(new X509Certificate(certPem).validTo, new X509Certificate(caPem).validTo);
});

test('processes that start at once end with one authority', async () => {
  using data = dataFolder();
  const body = `import { developmentTls } from ${JSON.stringify(import.meta.resolve('../src/tls.ts'))};
    const { caPem, certPem } = await developmentTls(process.argv[1], [], Date.now());
    console.log(JSON.stringify({ caPem, certPem }));`;
  const outputs = await Promise.all(
    Array.from({ length: 6 }, async () => {
      const child = spawn(process.execPath, ['--conditions=countersign-source', '--input-type=module', '-e', body, data.path], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      return JSON.parse(String((await once(child.stdout, 'data'))[0]));
    }),
  );
  assert.equal(new Set(outputs.map(({ caPem }) => caPem)).size, 1);
  const authority = new X509Certificate(outputs[0].caPem);
  for (const { certPem } of outputs) assert.equal(new X509Certificate(certPem).verify(authority.publicKey), true);
  assert.deepEqual(readdirSync(data.path), ['tls']);
});

test('a broken authority is named in one sentence and left as it is', async () => {
  using data = dataFolder();
  using other = dataFolder();
  await developmentTls(data.path, [], now);
  await developmentTls(other.path, [], now);
  const file = (name: string, folder = data.path) => join(folder, 'tls', name);
  const good = { key: readFileSync(file('ca-key.pem')), certificate: readFileSync(file('ca.pem')) };
  const cases: [name: string, content: Buffer | undefined, message: RegExp][] = [
    ['ca-key.pem', good.key.subarray(0, 80), /ca-key\.pem is not a private key in PEM\. Restore .* delete the folder/],
    ['ca-key.pem', Buffer.alloc(0), /ca-key\.pem is not a private key/],
    ['ca-key.pem', readFileSync(file('ca-key.pem', other.path)), /ca-key\.pem is not the key of ca\.pem/],
    ['ca-key.pem', undefined, /ca-key\.pem is missing while ca\.pem is there/],
    ['ca.pem', good.certificate.subarray(0, 80), /ca\.pem is not a certificate in PEM/],
    ['ca.pem', readFileSync(file('server.pem')), /ca\.pem is not the certificate of an authority/],
    ['ca.pem', undefined, /ca\.pem is missing while ca-key\.pem is there/],
  ];
  for (const [name, content, message] of cases) {
    if (content) writeFileSync(file(name), content);
    else rmSync(file(name));
    const before = readdirSync(join(data.path, 'tls'));
    await assert.rejects(developmentTls(data.path, [], now), { name: 'StartRefused', message });
    assert.deepEqual(readdirSync(join(data.path, 'tls')), before);
    if (content) assert.deepEqual(readFileSync(file(name)), Buffer.from(content));
    writeFileSync(file('ca-key.pem'), good.key);
    writeFileSync(file('ca.pem'), good.certificate);
  }
  const expired = developmentTls(data.path, [], now + 3651 * day);
  await assert.rejects(expired, { name: 'StartRefused', message: /ca\.pem expired on/ });
});

test('a folder that cannot be written is one sentence with what to do', async () => {
  using data = dataFolder();
  mkdirSync(data.path);
  writeFileSync(join(data.path, 'tls'), 'a file where the folder should be');
  await assert.rejects(developmentTls(data.path, [], now), {
    name: 'StartRefused',
    message: /^The development certificates cannot be kept in .* choose another folder with --data, or turn https off/,
  });
});

function serverFile(data: string): string {
  return join(data, 'tls', 'server.pem');
}
