// Buttons, and links that look like them.

import { Link, type LinkProps } from '@tanstack/react-router';
import type { ButtonHTMLAttributes, ReactNode } from 'react';

export type ButtonKind = 'primary' | 'plain' | 'quiet' | 'danger';

const base =
  'inline-flex items-center justify-center gap-2 rounded-lg px-3 min-h-9 font-medium whitespace-nowrap transition-colors disabled:opacity-55';
const kinds: Readonly<Record<ButtonKind, string>> = {
  primary: 'bg-accent text-on-accent hover:bg-accent-hover',
  plain: 'bg-surface border border-edge hover:bg-hover',
  quiet: 'hover:bg-sunken',
  danger: 'bg-surface border border-danger text-danger hover:bg-danger-tint',
};

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly kind?: ButtonKind;
  /** Something is under way: the button waits and says so. */
  readonly busy?: boolean;
}

/** A button; `type` is `button` unless said otherwise. */
export function Button({ kind = 'plain', busy = false, className = '', children, disabled, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={`${base} ${kinds[kind]} ${className}`}
    >
      {busy ? <Spinner /> : null}
      {children}
    </button>
  );
}

/** A square button with an icon only; `label` is its name. */
export function IconButton({ label, className = '', ...rest }: ButtonProps & { readonly label: string }) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      {...rest}
      className={`inline-grid size-9 place-items-center rounded-lg text-muted hover:bg-sunken hover:text-ink disabled:opacity-50 ${className}`}
    />
  );
}

/** A link to a page of ours that looks like a button. */
export function ButtonLink({
  kind = 'plain',
  children,
  ...rest
}: LinkProps & { readonly kind?: ButtonKind; readonly children: ReactNode }) {
  return (
    <Link {...rest} className={`${base} ${kinds[kind]}`}>
      {children}
    </Link>
  );
}

function Spinner() {
  return (
    <svg viewBox="0 0 16 16" className="size-4 animate-spin" aria-hidden="true">
      <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="2" opacity="0.3" />
      <path d="M14 8a6 6 0 0 0-6-6" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />
    </svg>
  );
}
