// `/api/v2/email-templates`: what an operator writes instead of our own texts. A template that cannot be read is refused when it is
// saved, with its line: found out at the first mail, nobody would get any. A template gets the links of everybody's mails, so
// users need all of the Management API to write one.

import { liquidFault } from '../../../domain/messages/liquid.ts';
import { emailTemplateTable } from '../../../domain/messages/send.ts';
import { type EmailTemplate, emailTemplates } from '../../../resources/index.ts';
import { payloadMessage } from '../../../schema/messages.ts';
import { applyPatch, readDraft, readPatch } from '../../../schema/validate.ts';
import { json, type Route } from '../../../web/exchange.ts';
import { readBody } from '../body.ts';
import { recordWrite } from '../events.ts';
import { type Act, type Machinery, operation } from '../operation.ts';
import { badBody, type Refused, refused, uncached } from '../problem.ts';
import { isRefused } from '../query.ts';
import { lessThanAll } from './administrators.ts';

const missing = refused(404, emailTemplates.errors.missing.message, emailTemplates.errors.missing.errorCode);
/** A body of the longest template, in JSON. */
const bodyLimit = 1024 * 1024;

/** The four operations. There is no list and no DELETE, as at Auth0: a template is switched off with `enabled`. */
export function emailTemplateRoutes(machinery: Machinery): Route[] {
  const { deps } = machinery;

  const read: Act = async (ask) => {
    const template = await deps.database.store(ask.tenant).get(emailTemplateTable, ask.params.template ?? '');
    return template ? json(200, template, uncached) : missing;
  };

  const create: Act = async (ask, here) => {
    const body = readBody(ask);
    if (isRefused(body)) return body;
    const checked = readDraft(emailTemplates, body.value);
    if (checked.kind === 'invalid') return badBody(checked.message);
    const template = checked.value as EmailTemplate;
    const wrong = templateFault(template);
    if (wrong) return wrong;
    const refusal = await deps.database.store(ask.tenant).transact(async (tx): Promise<Refused | undefined> => {
      const beyond = await lessThanAll(tx, here);
      if (beyond) return beyond;
      if (await tx.lock(emailTemplateTable, template.template))
        return refused(409, `Template ${template.template} already exists.`);
      await tx.insert(emailTemplateTable, template);
      return undefined;
    });
    if (refusal) return refusal;
    recordWrite(deps, ask, here.caller, 'Create an email template', body.value, { status: 200, body: template });
    return json(200, template, uncached);
  };

  /** PUT writes the whole, PATCH the members that it names. */
  const change = (whole: boolean): Act => {
    return async (ask, here) => {
      const body = readBody(ask);
      if (isRefused(body)) return body;
      const name = ask.params.template ?? '';
      const { template: named, ...members } = body.value;
      if (named !== undefined && named !== name)
        return badBody(payloadMessage('Must be the template of the path', 'template'));
      const checked = whole
        ? readDraft(emailTemplates, { ...members, template: name })
        : readPatch(emailTemplates, members);
      if (checked.kind === 'invalid') return badBody(checked.message);
      const store = deps.database.store(ask.tenant);
      const outcome = await store.transact(async (tx): Promise<EmailTemplate | Refused> => {
        const beyond = await lessThanAll(tx, here);
        if (beyond) return beyond;
        const before = await tx.lock(emailTemplateTable, name);
        if (!before) return missing;
        const after = whole
          ? (checked.value as EmailTemplate)
          : applyPatch(emailTemplates, before, checked.value as Partial<EmailTemplate>);
        const wrong = templateFault(after);
        if (wrong) return wrong;
        await tx.replace(emailTemplateTable, after);
        return after;
      });
      if (isRefused(outcome)) return outcome;
      recordWrite(deps, ask, here.caller, 'Update an email template', body.value, { status: 200, body: outcome });
      return json(200, outcome, uncached);
    };
  };

  const route = (method: Route['method'], path: string, scope: string, act: Act): Route => ({
    method,
    path: `/api/v2/email-templates${path}`,
    family: 'management',
    bodyLimit,
    handle: operation(machinery, [[scope]], act),
  });
  return [
    route('POST', '', 'create:email_templates', create),
    route('GET', '/:template', 'read:email_templates', read),
    route('PUT', '/:template', 'update:email_templates', change(true)),
    route('PATCH', '/:template', 'update:email_templates', change(false)),
  ];
}

/** The first member whose Liquid cannot be read: what is wrong, and in which line. */
function templateFault(template: EmailTemplate): Refused | undefined {
  for (const member of ['body', 'subject', 'from', 'resultUrl'] as const) {
    const source = template[member];
    const fault = source ? liquidFault(source, member === 'body' ? 'html' : 'text') : undefined;
    if (fault !== undefined) return badBody(payloadMessage(`Liquid: ${fault}`, member));
  }
  return undefined;
}
