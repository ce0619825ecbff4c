// `POST /api/v2/clients/{id}/rotate-secret`: a new secret, answered this once (auth0-behaviour APP-5).

import { type Client, clients } from '../../../resources/index.ts';
import { tableOf } from '../../../schema/collection.ts';
import { isSound } from '../../../schema/json.ts';
import { json, type Route } from '../../../web/exchange.ts';
import { readBody } from '../body.ts';
import { recordWrite } from '../events.ts';
import { makeSecret } from '../ids.ts';
import { type Act, type Machinery, operation } from '../operation.ts';
import { badBody, type Refused, refused, uncached } from '../problem.ts';
import { isRefused } from '../query.ts';
import { visible } from '../views.ts';
import { clientBeyondCaller } from './administrators.ts';
import { changeRefusedForBuiltIn, clientVerbs } from './clients.ts';

const table = tableOf(clients);

/** The route; from its answer on only the new secret works. */
export function rotateSecretRoute(machinery: Machinery): Route {
  const { deps, certificate } = machinery;
  const rotate: Act = async (ask, here) => {
    const body = readBody(ask);
    if (isRefused(body)) return body;
    if (Object.keys(body.value).length > 0) return badBody('The body must be empty');
    const client_secret = makeSecret();
    const outcome = await deps.database.store(ask.tenant).transact(async (tx): Promise<Client | Refused> => {
      const id = ask.params.client_id ?? '';
      const client = isSound(id) ? await tx.lock(table, id) : undefined;
      if (!client || client.global)
        return refused(404, clients.errors.missing.message, clients.errors.missing.errorCode);
      const beyond =
        changeRefusedForBuiltIn(client, 'client_secret') ?? (await clientBeyondCaller(tx, here, client.client_id));
      if (beyond) return beyond;
      const changed = { ...client, client_secret };
      await tx.replace(table, changed);
      return changed;
    });
    if (isRefused(outcome)) return outcome;
    const wire =
      clientVerbs.answer?.(outcome, { at: here, occasion: 'changed', certificate: await certificate(ask) }) ?? outcome;
    const answer = { ...visible(clients, wire, here.caller.scopes, 'changed'), client_secret };
    recordWrite(deps, ask, here.caller, 'Rotate a client secret', {}, { status: 200, body: answer });
    return json(200, answer, uncached);
  };
  const handle = operation(machinery, [['update:client_keys']], rotate);
  return { method: 'POST', path: '/api/v2/clients/:client_id/rotate-secret', handle, family: 'management' };
}
