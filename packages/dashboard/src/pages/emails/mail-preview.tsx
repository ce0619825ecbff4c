// A mail as it would be sent, in a frame without powers: no script runs there, no link leads anywhere, nothing is loaded.

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { EffectiveTemplate, EmailPreview } from 'countersign/resources';
import { useEffect, useId, useRef, useState } from 'react';
import { call, path } from '../../api/request.ts';
import { problemIn } from '../../forms/record-form.tsx';
import { Problem } from '../../parts/form.tsx';
import { Loading, Section } from '../../parts/layout.tsx';
import { templatesPath } from './kinds.ts';

/** What of a template is not saved yet. */
export type Unsaved = Readonly<Record<string, unknown>>;

/** What the server makes of it. `unsaved` is asked for again a moment after it changed; `undefined`: what is sent now. */
export function usePreview(name: EffectiveTemplate, language: string | undefined, unsaved: Unsaved | undefined) {
  const asked = useLater(JSON.stringify({ ...(language ? { language } : {}), ...unsaved }), 500);
  const { data, error } = useQuery({
    queryKey: ['api', `${templatesPath}/${name}/preview`, asked],
    queryFn: () => call<EmailPreview>('POST', `${path`/email-templates/${name}`}/preview`, JSON.parse(asked)),
    placeholderData: keepPreviousData,
    retry: false,
  });
  // While what is typed cannot be read, the last that could be stays in sight.
  const last = useRef<EmailPreview>(undefined);
  if (data) last.current = data;
  return { data: data ?? last.current, error };
}

/** A value once it has not changed for a while, in ms. */
function useLater<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(setSettled, ms, value);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}

/** The mail with its head. */
export function MailPreview({ from }: { readonly from: ReturnType<typeof usePreview> }) {
  const [plain, setPlain] = useState(false);
  const { data, error } = from;
  return (
    <Section
      title="Preview"
      about="For a user who does not exist. Links do nothing, pictures are not loaded."
      flush
      actions={
        <button
          type="button"
          aria-pressed={plain}
          className="rounded-lg border border-edge bg-surface px-2.5 py-1 font-medium hover:bg-hover aria-pressed:bg-tint aria-pressed:text-link"
          onClick={() => setPlain(!plain)}
        >
          As text
        </button>
      }
    >
      <Problem error={error && problemIn(error.message).message} className="px-5 pb-3" />
      {data ? (
        <>
          <dl className="space-y-0.5 border-t border-line px-5 py-3">
            {[
              ['From', data.from ?? 'The sender of the mail settings'],
              ['To', 'ada@example.com'],
              ['Subject', data.subject],
            ].map(([label, value]) => (
              <div key={label} className="flex gap-3">
                <dt className="w-16 shrink-0 text-muted">{label}</dt>
                <dd className={`min-w-0 break-words ${label === 'Subject' ? 'font-medium' : ''}`}>{value}</dd>
              </div>
            ))}
          </dl>
          {data.faults.map((fault) => (
            <p key={fault} className="border-t border-line bg-warn-tint px-5 py-2 text-warn">
              {fault}. The default is sent instead.
            </p>
          ))}
          {plain ? (
            // biome-ignore lint/a11y/useSemanticElements: a section cannot keep the white space
            <pre
              // biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled must be reachable by keyboard
              tabIndex={0}
              role="region"
              aria-label="The mail as text"
              className="max-h-140 overflow-auto border-t border-line p-5 font-mono text-[0.8125rem] whitespace-pre-wrap"
            >
              {data.text}
            </pre>
          ) : (
            <Letter key={data.html} html={data.html} />
          )}
        </>
      ) : error ? null : (
        <div className="px-5 pb-5">
          <Loading />
        </div>
      )}
    </Section>
  );
}

/**
 * The HTML in its frame. It is sent there by a form, since what this page makes itself is under this page's policy, which allows a
 * mail no look at all. A frame of its own for every text: the browser's way back is not filled with previews.
 */
function Letter({ html }: { readonly html: string }) {
  const name = useId();
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.submit(), []);
  return (
    <>
      <form ref={form} method="post" action="/dashboard/mail" target={name} hidden>
        <textarea name="html" value={html} readOnly aria-hidden="true" tabIndex={-1} />
      </form>
      <iframe
        name={name}
        title="The mail"
        sandbox=""
        className="block h-140 w-full border-t border-line bg-white [color-scheme:light]"
      />
    </>
  );
}
