// A dialog over the page: takes the focus, gives it back, closes by Escape. The backdrop is ours and not Radix's own, which would
// write a style element into the page, and the policy of the page forbids those.

import * as Radix from '@radix-ui/react-dialog';
import { X } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Button, IconButton } from './button.tsx';

export interface DialogProps {
  readonly title: string;
  readonly about?: ReactNode;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly wide?: boolean;
}

/** A dialog that is open as long as it is rendered. */
export function Dialog({ title, about, onClose, children, wide = false }: DialogProps) {
  const [opener] = useState(() => document.activeElement);
  // Radix would give the focus to a trigger of its own, and there is none: the dialog is opened by being rendered.
  const giveBack = (event: Event) => {
    event.preventDefault();
    if (document.activeElement === document.body && opener instanceof HTMLElement) opener.focus();
  };
  return (
    <Radix.Root open onOpenChange={(open) => (open ? undefined : onClose())}>
      <Radix.Portal>
        <div className="fixed inset-0 z-40 bg-black/40" aria-hidden="true" />
        <div className="pointer-events-none fixed inset-0 z-50 grid items-end overflow-y-auto p-3 sm:items-start sm:pt-[8vh]">
          <Radix.Content
            onCloseAutoFocus={giveBack}
            {...(about ? {} : { 'aria-describedby': undefined })}
            className={`appear pointer-events-auto mx-auto w-full rounded-xl bg-surface p-5 shadow-lift ${wide ? 'max-w-3xl' : 'max-w-lg'}`}
          >
            <div className="mb-4 flex items-start justify-between gap-4">
              <div>
                <Radix.Title className="text-lg leading-snug font-semibold tracking-tight">{title}</Radix.Title>
                {about ? <Radix.Description className="mt-1 text-muted">{about}</Radix.Description> : null}
              </div>
              <Radix.Close asChild>
                <IconButton label="Close" className="-mt-1 -mr-1 shrink-0">
                  <X className="size-4" aria-hidden="true" />
                </IconButton>
              </Radix.Close>
            </div>
            {children}
          </Radix.Content>
        </div>
      </Radix.Portal>
    </Radix.Root>
  );
}

export interface ConfirmProps {
  readonly title: string;
  /** What will be lost, in words. */
  readonly children: ReactNode;
  /** On the button: the deed itself, never "OK". */
  readonly action: string;
  readonly busy?: boolean;
  readonly error?: string | undefined;
  readonly kind?: 'danger' | 'primary';
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** Asks before something is lost. */
export function Confirm({
  title,
  children,
  action,
  busy = false,
  error,
  kind = 'danger',
  onConfirm,
  onClose,
}: ConfirmProps) {
  return (
    <Dialog title={title} onClose={onClose}>
      <div className="space-y-2 text-muted">{children}</div>
      {error ? (
        <p role="alert" className="mt-3 font-medium text-danger">
          {error}
        </p>
      ) : null}
      <div className="mt-5 flex flex-wrap justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button kind={kind} busy={busy} onClick={onConfirm}>
          {action}
        </Button>
      </div>
    </Dialog>
  );
}
