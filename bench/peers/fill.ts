// Fills the database of a stopped server with machine clients and their client grants, through the store: the same rows
// with the same sealed secrets that the Management API would have made, in large transactions.

import { readConfig } from '../../packages/server/src/config.ts';
import { defaultTenant } from '../../packages/server/src/domain/tenants/hosts.ts';
import { type Client, clientGrants, clients } from '../../packages/server/src/resources/index.ts';
import { tableOf } from '../../packages/server/src/schema/collection.ts';
import { openHouse } from '../../packages/server/src/server.ts';
import { answerQuestions } from '../process/child.ts';
import { type Filling, machineAt } from './many-clients.ts';

const clientTable = tableOf(clients);
const grantTable = tableOf(clientGrants);
const portion = 500;

const silent = { debug() {}, info() {}, warn: console.warn, error: console.error };

async function fill({ data, audience, scope, count }: Filling): Promise<void> {
  const house = await openHouse(readConfig(['--data', data], {}), silent);
  try {
    const store = house.database.store(defaultTenant);
    for (let from = 0; from < count; from += portion) {
      await store.transact(async (tx) => {
        for (let index = from; index < Math.min(count, from + portion); index++) {
          const { clientId, clientSecret } = machineAt(index);
          const draft = {
            name: `Machine ${index}`,
            app_type: 'non_interactive' as const,
            token_endpoint_auth_method: 'client_secret_post' as const,
            grant_types: ['client_credentials' as const],
          };
          // The defaults of a draft are whole: what the type calls optional is there.
          const defaults = clients.defaults(draft) as Client;
          await tx.insert(clientTable, {
            ...defaults,
            ...draft,
            client_id: clientId,
            client_secret: clientSecret,
            global: false,
          });
          await tx.insert(grantTable, {
            id: `cgr_${clientId.slice(0, 16)}`,
            client_id: clientId,
            audience,
            scope: [...scope],
            subject_type: 'client',
          });
        }
      });
    }
  } finally {
    await house.close();
  }
}

answerQuestions<Filling>('fill', fill);
