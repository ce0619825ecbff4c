// `/api/v2/emails/provider`: by what a tenant's mails leave. Credentials are sealed at rest and never answered; a provider that
// cannot send here is kept, and the answer says so in a header. Whoever has the mails has every account: users need all of the
// Management API to write here.

import { type EmailProvider, emailProviders, findProvider } from '../../../domain/messages/provider.ts';
import { emailProvider, type ProviderName, providerCredentials, shownCredentials } from '../../../resources/index.ts';
import { complaintOf, pathText, payloadMessage } from '../../../schema/messages.ts';
import { readDraft, readPatch } from '../../../schema/validate.ts';
import { empty, json, type Route } from '../../../web/exchange.ts';
import { readBody } from '../body.ts';
import { recordWrite } from '../events.ts';
import { type Act, type Machinery, operation } from '../operation.ts';
import { fieldParameters, pick, readWanted } from '../paging.ts';
import { badBody, type Refused, refused, uncached } from '../problem.ts';
import { isRefused, readQuery } from '../query.ts';
import { lessThanAll } from './administrators.ts';

const missing = refused(404, emailProvider.errors.missing.message, emailProvider.errors.missing.errorCode);
const there = refused(409, emailProvider.errors.conflict.message, emailProvider.errors.conflict.errorCode);
/** What a GET answers that asks for nothing in particular, as at Auth0. */
const unasked = { names: new Set(['name', 'enabled']), include: true };

type Credentials = EmailProvider['credentials'];

/** The four operations. */
export function emailProviderRoutes(machinery: Machinery): Route[] {
  const { deps } = machinery;

  const read: Act = async (ask) => {
    const query = readQuery(ask.query, fieldParameters);
    if (isRefused(query)) return query;
    const wanted = readWanted(query);
    if (isRefused(wanted)) return wanted;
    const provider = await findProvider(deps.database.store(ask.tenant));
    return provider ? json(200, pick(shown(provider), wanted ?? unasked), uncached) : missing;
  };

  const create: Act = async (ask, here) => {
    const body = readBody(ask);
    if (isRefused(body)) return body;
    const checked = readDraft(emailProvider, body.value);
    if (checked.kind === 'invalid') return badBody(checked.message);
    const { name, enabled = true, credentials = {}, ...rest } = checked.value;
    const wrong = credentialsFault(name, credentials);
    if (wrong) return wrong;
    const provider: EmailProvider = { id: 'provider', name, enabled, ...rest, credentials };
    const refusal = await deps.database.store(ask.tenant).transact(async (tx): Promise<Refused | undefined> => {
      const beyond = await lessThanAll(tx, here);
      if (beyond) return beyond;
      if (await tx.lock(emailProviders, 'provider')) return there;
      await tx.insert(emailProviders, provider);
      return undefined;
    });
    if (refusal) return refusal;
    const answer = shown(provider);
    recordWrite(deps, ask, here.caller, 'Configure the email provider', body.value, { status: 201, body: answer });
    return json(201, answer, { ...uncached, ...caution(provider) });
  };

  const update: Act = async (ask, here) => {
    const body = readBody(ask);
    if (isRefused(body)) return body;
    const checked = readPatch(emailProvider, body.value);
    if (checked.kind === 'invalid') return badBody(checked.message);
    const outcome = await deps.database.store(ask.tenant).transact(async (tx): Promise<EmailProvider | Refused> => {
      const beyond = await lessThanAll(tx, here);
      if (beyond) return beyond;
      const before = await tx.lock(emailProviders, 'provider');
      if (!before) return missing;
      const { name = before.name, enabled, default_from_address, credentials, settings } = checked.value;
      // Of the same provider what is not named stays: nobody can read a password to send it again.
      const kept = name === before.name ? before.credentials : {};
      const merged = { ...kept, ...(credentials as Credentials | undefined) };
      const wrong = credentialsFault(name as ProviderName, merged) ?? strayPassword(before, credentials, merged);
      if (wrong) return wrong;
      const after: EmailProvider = {
        ...before,
        name: name as ProviderName,
        ...(typeof enabled === 'boolean' ? { enabled } : {}),
        ...(typeof default_from_address === 'string' ? { default_from_address } : {}),
        ...(settings === undefined ? {} : { settings }),
        credentials: merged,
      };
      await tx.replace(emailProviders, after);
      return after;
    });
    if (isRefused(outcome)) return outcome;
    const answer = shown(outcome);
    recordWrite(deps, ask, here.caller, 'Update the email provider', body.value, { status: 200, body: answer });
    return json(200, answer, { ...uncached, ...caution(outcome) });
  };

  const remove: Act = async (ask, here) => {
    const gone = await deps.database
      .store(ask.tenant)
      .transact(async (tx) => (await lessThanAll(tx, here)) ?? tx.remove(emailProviders, 'provider'));
    if (isRefused(gone)) return gone;
    if (gone) recordWrite(deps, ask, here.caller, 'Delete the email provider', {}, { status: 204, body: {} });
    return empty(204, uncached);
  };

  const { scopes } = emailProvider;
  const route = (method: Route['method'], needs: typeof scopes.read, act: Act): Route => ({
    method,
    path: '/api/v2/emails/provider',
    family: 'management',
    handle: operation(machinery, [needs], act),
  });
  return [
    route('GET', scopes.read, read),
    route('POST', ['create:email_provider'], create),
    route('PATCH', ['update:email_provider'], update),
    route('DELETE', ['delete:email_provider'], remove),
  ];
}

/** What is wrong with credentials of this provider. Never repeats a value. */
function credentialsFault(name: ProviderName, credentials: Credentials): Refused | undefined {
  const parsed = providerCredentials[name].safeParse(credentials);
  const [issue] = parsed.error?.issues ?? [];
  if (issue) {
    const [complaint, path] = complaintOf(issue, credentials, ['credentials'], true);
    return badBody(payloadMessage(complaint, pathText(path), 'Credentials of the provider'));
  }
  if (name === 'smtp' && credentials.smtp_host === undefined)
    return badBody(payloadMessage('Missing required property: smtp_host', 'credentials'));
  return undefined;
}

/** A kept password goes to the server that it was given for: whoever names another server must know it. */
function strayPassword(
  before: EmailProvider,
  sent: Readonly<Record<string, unknown>> | null | undefined,
  merged: Credentials,
): Refused | undefined {
  const moved = merged.smtp_host !== before.credentials.smtp_host;
  const kept = merged.smtp_pass !== undefined && sent?.smtp_pass === undefined;
  if (!moved || !kept) return undefined;
  return badBody(payloadMessage('smtp_host changes, so smtp_pass must be sent with it', 'credentials'));
}

/** As it is answered: no secret, and no credentials but those that are none. */
function shown({ id: _id, credentials, settings, ...rest }: EmailProvider): object {
  const open = Object.entries(credentials).filter(([member]) => shownCredentials.includes(member));
  return {
    ...rest,
    credentials: Object.fromEntries(open),
    ...(settings === undefined || settings === null ? {} : { settings }),
  };
}

/** A header for whoever set a provider that will send nothing (RFC 7234 §5.5). */
function caution({ name }: EmailProvider): Readonly<Record<string, string>> {
  return name === 'smtp' ? {} : { warning: `299 countersign "${name} is kept but cannot send here; only smtp can"` };
}
