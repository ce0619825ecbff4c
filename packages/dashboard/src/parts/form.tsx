// What every form ends with: why it was refused, where it was sent; and the dialog around a form.

import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { Dialog, type DialogProps } from './dialog.tsx';
import { sentence } from './text.tsx';

/** A refusal of the API without what only programs need: "Payload validation error: 'no such thing' on property name". */
function plainly(message: string): string {
  const [, said] = /^(?:Payload|Query) validation error: '(.*)' on property [\w.-]+$/s.exec(message) ?? [];
  return said === undefined ? message : sentence(said);
}

/** Why something was not done, at the place of the act; nothing as long as nothing failed. */
export function Problem({ error, className = '' }: { readonly error: unknown; readonly className?: string }) {
  if (error === null || error === undefined) return null;
  return (
    <p role="alert" className={`font-medium break-words text-danger ${className}`}>
      {plainly(error instanceof Error ? error.message : String(error))}
    </p>
  );
}

export interface DialogFormProps extends DialogProps {
  /** On the button: the deed itself. */
  readonly action: string;
  readonly busy?: boolean;
  readonly disabled?: boolean;
  readonly error?: unknown;
  readonly onSubmit: () => void;
  readonly children: ReactNode;
}

/** A dialog that asks for something and sends it. */
export function DialogForm({ action, busy, disabled, error, onSubmit, children, ...dialog }: DialogFormProps) {
  return (
    <Dialog {...dialog}>
      <form
        noValidate
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        {children}
        <Problem error={error} />
        <div className="flex flex-wrap justify-end gap-2 pt-1">
          <Button onClick={dialog.onClose}>Cancel</Button>
          <Button type="submit" kind="primary" busy={busy ?? false} disabled={disabled ?? false}>
            {action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
