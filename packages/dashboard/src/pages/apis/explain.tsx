// Why an API refuses a token: one cause, what shows it, and what to do. The token is sent once and kept nowhere.

import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { TokenExplanation } from 'countersign/resources';
import { useState } from 'react';
import type { Api } from '../../api/kinds.ts';
import { call } from '../../api/request.ts';
import { Field, TextField } from '../../forms/controls.tsx';
import { Button } from '../../parts/button.tsx';
import { Failure, Section } from '../../parts/layout.tsx';
import { Badge, Code, CodeBlock, Facts, sentence, Time } from '../../parts/text.tsx';
import { Trace } from '../logs/trace.tsx';
import { ApiPage } from './api-page.tsx';

/** The tab Explain. */
export function ApiExplain() {
  return <ApiPage>{(api) => <Explain api={api} />}</ApiPage>;
}

function Explain({ api }: { readonly api: Api }) {
  const [token, setToken] = useState('');
  const [scope, setScope] = useState('');
  const run = useMutation({ mutationFn: (body: object) => call<TokenExplanation>('POST', '/tokens/explain', body) });
  return (
    <>
      <Section
        title="Why is this token refused?"
        about="Paste what was sent to the API. It is looked at here and now, and neither stored nor logged."
      >
        <form
          className="space-y-4"
          onSubmit={(event) => {
            event.preventDefault();
            run.mutate({
              token: token.trim(),
              audience: api.identifier,
              ...(scope.trim() ? { scope: scope.trim() } : {}),
            });
          }}
        >
          <Field label="Token" about="With or without “Bearer”.">
            {({ id, describedBy }) => (
              <textarea
                id={id}
                rows={4}
                className="field font-mono text-xs!"
                value={token}
                spellCheck={false}
                autoComplete="off"
                aria-describedby={describedBy}
                onChange={(event) => setToken(event.target.value)}
              />
            )}
          </Field>
          <div className="max-w-md">
            <TextField
              label="Permission that the call needs"
              mono
              value={scope}
              onChange={setScope}
              placeholder={api.scopes?.[0]?.value ?? 'read:things'}
              about="If the API said that a scope is missing."
            />
          </div>
          <Button type="submit" kind="primary" busy={run.isPending} disabled={token.trim() === ''}>
            Explain
          </Button>
        </form>
      </Section>
      {run.error ? <Failure error={run.error} /> : null}
      {run.data ? <Answer explanation={run.data} /> : null}
    </>
  );
}

function Answer({ explanation }: { readonly explanation: TokenExplanation }) {
  const { cause, fix, evidence, token, issuance, scopes, notes } = explanation;
  return (
    <div aria-live="polite">
      <Section title={cause ? cause.title : 'The API accepts this token'}>
        {cause ? (
          <>
            <p className="text-base break-words">{sentence(cause.message)}</p>
            <p className="mt-2 flex flex-wrap items-center gap-2">
              <Code>{cause.code}</Code>
              <Badge tone={cause.certainty === 'certain' ? 'good' : 'warn'}>{cause.certainty}</Badge>
              {cause.docs.startsWith('/docs/') ? (
                <a href={cause.docs} target="_blank" rel="noreferrer" className="font-medium text-link underline">
                  Read on
                </a>
              ) : null}
            </p>
          </>
        ) : (
          <p className="text-muted">
            Nothing is wrong with it for this API{scopes.length > 0 ? ' and these permissions' : ''}.
          </p>
        )}
        {notes.map((note) => (
          <p key={note} className="mt-2 text-muted">
            {sentence(note)}
          </p>
        ))}
      </Section>
      {fix ? (
        <Section title="What to do">
          <p className="break-words">{sentence(fix.text)}</p>
          {fix.dashboard?.startsWith('/dashboard/') ? (
            <p className="mt-3">
              <Link to={fix.dashboard.slice('/dashboard'.length) as never} className="font-medium text-link underline">
                Go to where it is set
              </Link>
            </p>
          ) : null}
          {fix.command ? (
            <div className="mt-3">
              <CodeBlock label="command" text={fix.command} />
            </div>
          ) : null}
          {fix.code ? (
            <div className="mt-3">
              <CodeBlock label="change of code" text={fix.code} />
            </div>
          ) : null}
        </Section>
      ) : null}
      <Section title="What shows it">
        <Facts
          rows={evidence.map(
            ({ name, value }) => [name, value === '' ? 'none' : <Code key={name}>{value}</Code>] as const,
          )}
        />
        <p className="mt-3 text-muted">
          {token.kind.replaceAll('_', ' ')}, {token.format}
          {token.issued_here ? ', issued here' : ''}
          {token.expires_at ? (
            <>
              , expires <Time at={token.expires_at} />
            </>
          ) : null}
        </p>
      </Section>
      {scopes.length > 0 ? (
        <Section title="The permissions of the call">
          <ul className="space-y-2">
            {scopes.map(({ value, granted, because }) => (
              <li key={value}>
                <Badge tone={granted ? 'good' : 'warn'}>{granted ? 'in the token' : 'missing'}</Badge>{' '}
                <span className="font-mono text-[0.8125rem]">{value}</span>
                <p className="text-muted">{because}</p>
              </li>
            ))}
          </ul>
        </Section>
      ) : null}
      {issuance ? (
        <Section title="When it was issued" about={<Time at={issuance.date} full />}>
          <Trace trace={issuance.trace} />
          <p className="mt-3">
            <Link to="/logs/$id" params={{ id: issuance.log_id }} className="font-medium text-link underline">
              The event in the log
            </Link>
          </p>
        </Section>
      ) : null}
    </div>
  );
}
