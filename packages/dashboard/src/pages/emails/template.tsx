// One mail: its text as a template in Liquid, how it would look, and the way back to the default text.

import { useParams } from '@tanstack/react-router';
import {
  emailTemplates as declared,
  type EmailPreview,
  type EmailTemplate,
  templateEffects,
} from 'countersign/resources';
import { useState } from 'react';
import { useChange, useGet } from '../../api/queries.ts';
import { ApiError, path } from '../../api/request.ts';
import { ChoiceField } from '../../forms/controls.tsx';
import type { Entity } from '../../forms/declared.ts';
import { type FormField, problemIn, RecordForm } from '../../forms/record-form.tsx';
import { Deletion } from '../../parts/deletion.tsx';
import { Empty, Failure, Loading, Page, Read, Section } from '../../parts/layout.tsx';
import { Code } from '../../parts/text.tsx';
import { sayDone } from '../../parts/toast.tsx';
import { useCan, useLacksAny } from '../../session/session.ts';
import { type Kind, mailKinds, stateOf, templatesPath } from './kinds.ts';
import { MailPreview, usePreview } from './mail-preview.tsx';
import { StateBadge } from './state.tsx';

/** The page of the mail that the address names. */
export function EmailTemplatePage() {
  const { template: name = '' } = useParams({ strict: false });
  const kind = mailKinds.find((one) => one.name === name);
  const templates = useGet<readonly EmailTemplate[]>(kind ? templatesPath : undefined);
  const stored = templates.data?.find(({ template }) => template === name);
  return (
    <Page
      title={kind?.label ?? 'No such mail'}
      back={{ to: '/emails', label: 'E-mail templates' }}
      about={
        kind && templates.data ? (
          <span className="flex flex-wrap items-center gap-2">
            {kind.about}
            <StateBadge state={stateOf(kind.name, stored)} />
          </span>
        ) : null
      }
    >
      {kind ? (
        <Read from={templates}>{() => <Template key={JSON.stringify(stored)} kind={kind} stored={stored} />}</Read>
      ) : (
        <Empty title="The server sends no mail of this name" />
      )}
    </Page>
  );
}

const languages: Readonly<Record<string, string>> = { en: 'English', de: 'German', fr: 'French', es: 'Spanish' };

function Template({ kind, stored }: { readonly kind: Kind; readonly stored: EmailTemplate | undefined }) {
  const can = useCan();
  const less = useLacksAny();
  const [language, setLanguage] = useState<string>();
  const [unsaved, setUnsaved] = useState<Entity>();
  const preview = usePreview(kind.name, language, unsaved);
  const own = preview.data?.own;
  const readOnly = less || !can(stored ? 'update:email_templates' : 'create:email_templates');
  return (
    <div className="grid grid-cols-1 items-start gap-x-5 xl:grid-cols-2">
      <div className="min-w-0">
        {readOnly ? (
          <p className="card mb-5 px-5 py-4 text-muted">
            The links of everybody’s mails go through these texts, so only an administrator with all permissions can
            change them.
          </p>
        ) : null}
        {stored ? null : (
          <Section
            title="Default text"
            about={
              templateEffects[kind.name].unasked
                ? 'Users get it in their own language. What you save here replaces it for everybody, in one language.'
                : 'Not sent yet. Switch it on here, with this text or another.'
            }
          >
            <div className="max-w-64">
              <ChoiceField
                label="Language"
                value={language ?? preview.data?.language ?? ''}
                onChange={setLanguage}
                disabled={unsaved !== undefined}
                options={(preview.data?.languages ?? []).map((one) => ({ value: one, label: languages[one] ?? one }))}
              />
            </div>
          </Section>
        )}
        {stored || own ? (
          <Form
            key={stored ? '' : `${own?.subject} ${own?.body.length}`}
            kind={kind}
            stored={stored}
            own={own}
            readOnly={readOnly}
            onTyped={setUnsaved}
            wrong={preview.error}
          />
        ) : preview.error ? (
          <Failure error={preview.error} />
        ) : (
          <Loading />
        )}
      </div>
      <div className="min-w-0 xl:sticky xl:top-5 xl:col-start-2 xl:row-span-2 xl:row-start-1">
        <MailPreview from={preview} />
      </div>
      <div className="min-w-0">
        <Variables link={templateEffects[kind.name].link} />
        {stored && !readOnly ? <Reset kind={kind} /> : null}
      </div>
    </div>
  );
}

/** The members of which the preview is made. */
const shown = ['subject', 'from', 'body', 'urlLifetimeInSeconds'] as const;

function Form({
  kind: { name, label },
  stored,
  own,
  readOnly,
  onTyped,
  wrong,
}: {
  readonly kind: Kind;
  readonly stored: EmailTemplate | undefined;
  readonly own: EmailPreview['own'] | undefined;
  readonly readOnly: boolean;
  readonly onTyped: (unsaved: Entity | undefined) => void;
  readonly wrong: unknown;
}) {
  const change = useChange(templatesPath);
  const { link, result, unasked } = templateEffects[name];
  const begin = { template: name, syntax: 'liquid', enabled: unasked, ...own };
  const fields: readonly FormField[] = [
    { path: 'enabled', label: 'Send this mail', about: 'Off: nobody gets it' },
    { path: 'subject' },
    {
      path: 'from',
      label: 'Sender',
      about: 'Name <address>, or an address; empty for the sender of the mail settings',
    },
    { path: 'body', label: 'Text (HTML with Liquid)', about: 'What it prints of a user is escaped' },
    ...(link
      ? [
          {
            path: 'urlLifetimeInSeconds',
            label: 'Lifetime of the link',
            about: 'Seconds for which it can be used; empty for five days',
            seconds: true,
          },
        ]
      : []),
    ...(result
      ? [
          {
            path: 'resultUrl',
            label: 'Where people go afterwards',
            about: 'An address; empty for a page of ours with the way back to the application',
          },
          { path: 'includeEmailInRedirect', label: 'Tell it the address', about: 'As email in the query' },
        ]
      : []),
  ];
  return (
    <RecordForm
      declared={declared}
      entity={stored ?? begin}
      readOnly={readOnly}
      groups={[{ title: 'Template', fields }]}
      onTyped={(entity, dirty) =>
        onTyped(
          dirty
            ? Object.fromEntries(
                shown.flatMap((member) =>
                  entity[member] === undefined || entity[member] === null ? [] : [[member, entity[member]]],
                ),
              )
            : undefined,
        )
      }
      check={() => (wrong instanceof ApiError && wrong.status === 400 ? [problemIn(wrong.message)] : [])}
      onSave={async (patch) => {
        await (stored
          ? change.mutateAsync({ method: 'PATCH', path: path`/email-templates/${name}`, body: patch })
          : change.mutateAsync({ method: 'POST', path: templatesPath, body: withoutNulls({ ...begin, ...patch }) }));
        sayDone(`Saved. “${label}” goes out like this from now on.`);
      }}
    />
  );
}

const withoutNulls = (entity: Entity) =>
  Object.fromEntries(Object.entries(entity).filter(([, value]) => value !== null));

function Reset({ kind: { name, label } }: { readonly kind: Kind }) {
  const { unasked } = templateEffects[name];
  return (
    <Deletion
      title="Back to the default"
      about={
        unasked
          ? 'Your text is deleted, and users get the default in their own language.'
          : 'Your text is deleted, and the mail is not sent any more.'
      }
      action="Reset to default"
      question={`Delete your text of “${label}”?`}
      path={path`/email-templates/${name}`}
      old={[templatesPath]}
      done="The default text is back."
    >
      <p>
        Lost are its subject, text, sender and lifetime.{' '}
        {unasked ? 'The mail goes on with the default text.' : 'The mail is not sent any more.'}
      </p>
    </Deletion>
  );
}

const variables: readonly (readonly [string, string])[] = [
  ['url', 'The link'],
  ['url_lifetime', 'Seconds for which the link can be used'],
  ['user.name', 'Of the user also email, username, given_name, family_name, nickname, user_metadata, app_metadata'],
  ['application.name', 'The application from whose page it was asked for; also clientID, callback_domain'],
  ['friendly_name', 'Name of the tenant'],
  ['support_email', 'And support_url, of the tenant settings'],
  ['request_language', 'Language tag of the page or browser'],
];

function Variables({ link }: { readonly link: boolean }) {
  return (
    <Section title="What a template can print" about="In double braces. A member that there is not prints nothing.">
      <dl className="grid gap-x-5 gap-y-1.5 sm:grid-cols-[auto_1fr]">
        {variables
          .filter(([name]) => link || !name.startsWith('url'))
          .map(([name, about]) => (
            <div key={name} className="contents">
              <dt>
                <Code>{`{{ ${name} }}`}</Code>
              </dt>
              <dd className="mb-1 text-muted sm:mb-0">{about}</dd>
            </div>
          ))}
      </dl>
    </Section>
  );
}
