// Small things that are read: badges, times, code, texts to copy.

import { Check, Copy } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { IconButton } from './button.tsx';

export type Tone = 'plain' | 'accent' | 'good' | 'warn' | 'danger';
const tones: Readonly<Record<Tone, string>> = {
  plain: 'bg-sunken text-muted',
  accent: 'bg-tint text-link',
  good: 'bg-good-tint text-good',
  warn: 'bg-warn-tint text-warn',
  danger: 'bg-danger-tint text-danger',
};

/** A word in a capsule. */
export function Badge({ tone = 'plain', children }: { readonly tone?: Tone; readonly children: ReactNode }) {
  return (
    <span
      className={`inline-flex items-center rounded-md px-1.5 py-0.5 text-xs font-medium whitespace-nowrap ${tones[tone]}`}
    >
      {children}
    </span>
  );
}

/** A short text of a machine: an id, a scope. */
export function Code({ children }: { readonly children: ReactNode }) {
  return <code className="rounded bg-sunken px-1 py-px font-mono text-[0.8125rem] break-all">{children}</code>;
}

/** Copies a text to the clipboard. */
export function CopyButton({ text, label = 'Copy' }: { readonly text: string; readonly label?: string }) {
  const [copied, setCopied] = useState(false);
  return (
    <IconButton
      label={copied ? 'Copied' : label}
      onClick={async () => {
        await navigator.clipboard.writeText(text);
        setCopied(true);
        setTimeout(setCopied, 1500, false);
      }}
    >
      {copied ? (
        <Check className="size-4 text-good" aria-hidden="true" />
      ) : (
        <Copy className="size-4" aria-hidden="true" />
      )}
    </IconButton>
  );
}

/** A value of a machine with a button that copies it. */
export function Copyable({ text, label }: { readonly text: string; readonly label: string }) {
  return (
    <div className="flex min-w-0 items-center gap-1 rounded-lg border border-line bg-sunken pl-3">
      <code className="min-w-0 flex-1 truncate py-1.5 font-mono text-[0.8125rem]" title={text}>
        {text}
      </code>
      <CopyButton text={text} label={`Copy ${label}`} />
    </div>
  );
}

/** A block of code that can be copied. */
export function CodeBlock({ text, label }: { readonly text: string; readonly label: string }) {
  return (
    <div className="relative rounded-lg border border-line bg-sunken">
      {/* biome-ignore lint/a11y/useSemanticElements: a section cannot keep the white space */}
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled must be reachable by keyboard
        tabIndex={0}
        aria-label={label}
        role="region"
        className="overflow-x-auto p-4 pr-12 font-mono text-[0.8125rem] leading-relaxed"
      >
        {text}
      </pre>
      <div className="absolute top-1.5 right-1.5 rounded-lg bg-sunken">
        <CopyButton text={text} label={`Copy ${label}`} />
      </div>
    </div>
  );
}

/** A reason as a sentence: reasons of the server begin in lower case, since most stand after something. */
export function sentence(text: string): string {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?:]$/.test(begun) ? begun : `${begun}.`;
}

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const steps: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];

/** How long ago, or from now on, in words. */
export function ago(date: number, now = Date.now()): string {
  const seconds = (date - now) / 1000;
  for (const [unit, size] of steps) {
    if (Math.abs(seconds) >= size) return relative.format(Math.round(seconds / size), unit);
  }
  return Math.abs(seconds) < 10 ? 'just now' : relative.format(Math.round(seconds), 'second');
}

const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** A time as people say it; the exact one on hover. */
export function Time({
  at,
  full = false,
}: {
  readonly at: string | number | undefined | null;
  readonly full?: boolean;
}) {
  if (at === undefined || at === null) return <span className="text-faint">never</span>;
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return <span>{String(at)}</span>;
  return (
    <time dateTime={date.toISOString()} title={exact.format(date)} className="whitespace-nowrap tabular-nums">
      {full ? exact.format(date) : ago(date.getTime())}
    </time>
  );
}

/** Seconds as people say them: `86 400 s` is `1 day`. */
export function duration(seconds: number): string {
  if (seconds < 10 && !Number.isInteger(seconds)) return `${seconds} seconds`;
  const units: readonly (readonly [string, number])[] = [
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
    ['second', 1],
  ];
  let left = Math.round(seconds);
  const words: string[] = [];
  for (const [unit, size] of units) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) words.push(`${count} ${unit}${count === 1 ? '' : 's'}`);
  }
  return words.slice(0, 2).join(' ') || '0 seconds';
}

/** A face made of initials. Pictures of strangers are never loaded. */
export function Face({ name, square = false }: { readonly name: string; readonly square?: boolean }) {
  const [initial = '?'] = name.trim().toUpperCase();
  return (
    <span
      aria-hidden="true"
      className={`grid size-8 shrink-0 place-items-center bg-tint text-sm font-semibold text-link ${square ? 'rounded-lg' : 'rounded-full'}`}
    >
      {initial}
    </span>
  );
}

/** Names with their values, one under the other. */
export function Facts({ rows }: { readonly rows: readonly (readonly [label: string, value: ReactNode])[] }) {
  return (
    <dl className="grid gap-x-6 gap-y-2 sm:grid-cols-[12rem_1fr]">
      {rows.map(([label, value]) => (
        <div key={label} className="contents">
          <dt className="text-muted">{label}</dt>
          <dd className="mb-1 min-w-0 break-words sm:mb-0">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
