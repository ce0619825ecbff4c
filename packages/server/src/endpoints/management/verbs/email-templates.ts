// `/api/v2/email-templates`: what an operator writes instead of our own texts. A template that cannot be read is refused when it is
// saved, with its line: found out at the first mail, nobody would get any. A template gets the links of everybody's mails, so
// users need all of the Management API to write one.

import { createMemoryBuckets } from '../../../domain/limits/memory-buckets.ts';
import { liquidFault } from '../../../domain/messages/liquid.ts';
import { previewMail } from '../../../domain/messages/preview.ts';
import { emailTemplateTable } from '../../../domain/messages/send.ts';
import { lookOf } from '../../../domain/tenants/look.ts';
import { settingsOf } from '../../../domain/tenants/settings.ts';
import {
  type EffectiveTemplate,
  type EmailTemplate,
  emailPreviewAsk,
  emailTemplates,
  templateEffects,
} from '../../../resources/index.ts';
import { payloadMessage } from '../../../schema/messages.ts';
import { applyPatch, readDraft, readPatch } from '../../../schema/validate.ts';
import { empty, json, type Route } from '../../../web/exchange.ts';
import { readBody } from '../body.ts';
import { recordWrite } from '../events.ts';
import { type Act, type Machinery, operation } from '../operation.ts';
import { badBody, type Refused, refused, uncached } from '../problem.ts';
import { isRefused, readQuery } from '../query.ts';
import { lessThanAll } from './administrators.ts';

const missing = refused(404, emailTemplates.errors.missing.message, emailTemplates.errors.missing.errorCode);
/** A body of the longest template, in JSON. */
const bodyLimit = 1024 * 1024;

/** Of one tenant: thirty previews at once, and one a second. A template may take a quarter of a second of everybody's time. */
const pace = { capacity: 30, everyMs: 1000 };

/** Auth0's four operations, and three of ours: the list, DELETE, after which our own text is sent again, and the preview. */
export function emailTemplateRoutes(machinery: Machinery): Route[] {
  const { deps } = machinery;
  const buckets = createMemoryBuckets();

  const list: Act = async (ask) => {
    const query = readQuery(ask.query, []);
    if (isRefused(query)) return query;
    return json(200, await deps.database.store(ask.tenant).all(emailTemplateTable, {}), uncached);
  };

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

  const remove: Act = async (ask, here) => {
    const name = ask.params.template ?? '';
    const refusal = await deps.database
      .store(ask.tenant)
      .transact(
        async (tx) =>
          (await lessThanAll(tx, here)) ?? ((await tx.remove(emailTemplateTable, name)) ? undefined : missing),
      );
    if (refusal) return refusal;
    recordWrite(deps, ask, here.caller, 'Delete an email template', {}, { status: 204, body: {} });
    return empty(204, uncached);
  };

  const preview: Act = async (ask, here) => {
    const name = ask.params.template ?? '';
    if (!isEffective(name)) return refused(404, 'This server sends no mail of this name', missing.errorCode);
    const body = readBody(ask);
    if (isRefused(body)) return body;
    const checked = readDraft(emailPreviewAsk, body.value);
    if (checked.kind === 'invalid') return badBody(checked.message);
    const { language, ...unsaved } = checked.value;
    const store = deps.database.store(ask.tenant);
    const stored = await store.get(emailTemplateTable, name);
    const own = Object.keys(unsaved).length === 0;
    const template = own ? stored : { ...blank(name), ...stored, ...unsaved };
    // Whoever may not write a template runs none: it takes time of every tenant on this node.
    const wrong = own ? undefined : ((await lessThanAll(store, here)) ?? templateFault({ ...blank(name), ...unsaved }));
    if (wrong) return wrong;
    const { drawn, nextIn } = buckets.draw(ask.tenant, pace);
    if (!drawn) return slower(nextIn);
    const look = await lookOf(deps.database, deps.snapshot, ask.tenant);
    const settings = await settingsOf(deps.database, deps.snapshot, ask.tenant);
    const origin = deps.hosts.originOf(ask.tenant, ask.host);
    return json(200, previewMail({ name, template, language, look, settings, origin }), uncached);
  };

  const route = (method: Route['method'], path: string, scope: string, act: Act): Route => ({
    method,
    path: `/api/v2/email-templates${path}`,
    family: 'management',
    bodyLimit,
    handle: operation(machinery, [[scope]], act),
  });
  return [
    route('GET', '', 'read:email_templates', list),
    route('POST', '', 'create:email_templates', create),
    route('GET', '/:template', 'read:email_templates', read),
    route('PUT', '/:template', 'update:email_templates', change(true)),
    route('PATCH', '/:template', 'update:email_templates', change(false)),
    route('DELETE', '/:template', 'update:email_templates', remove),
    route('POST', '/:template/preview', 'read:email_templates', preview),
  ];
}

function isEffective(name: string): name is EffectiveTemplate {
  return Object.hasOwn(templateEffects, name);
}

function blank(template: EffectiveTemplate): EmailTemplate {
  return { template, syntax: 'liquid', enabled: true, subject: '', body: '' };
}

function slower(ms: number): Refused {
  return {
    ...refused(429, 'Too many previews; try again in a moment', 'too_many_requests'),
    headers: { 'retry-after': String(Math.max(1, Math.ceil(ms / 1000))) },
  };
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
