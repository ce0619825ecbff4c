// What deletes something, after a question that says what is lost: a button, and the part of a page that deletes what it is about.

import { type ReactNode, useState } from 'react';
import { useChange } from '../api/queries.ts';
import { Button, type ButtonProps } from './button.tsx';
import { Confirm } from './dialog.tsx';
import { Section } from './layout.tsx';
import { sayDone } from './toast.tsx';

export interface DeletingProps {
  /** On both buttons. */
  readonly action: string;
  readonly question: string;
  /** What is lost, in words. */
  readonly children: ReactNode;
  /** What is deleted, below /api/v2. */
  readonly path: string;
  /** The beginnings of the paths that must be read again. */
  readonly old: readonly string[];
  /** What is said when it is done. */
  readonly done: string;
  readonly onDone?: () => void;
  readonly kind?: ButtonProps['kind'];
}

/** The button with its question. */
export function Deleting({ action, question, children, path, old, done, onDone, kind }: DeletingProps) {
  const change = useChange(...old);
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button {...(kind === undefined ? {} : { kind })} onClick={() => setAsking(true)}>
        {action}
      </Button>
      {asking ? (
        <Confirm
          title={question}
          action={action}
          busy={change.isPending}
          error={change.error?.message}
          onClose={() => setAsking(false)}
          onConfirm={() =>
            change.mutate(
              { method: 'DELETE', path },
              {
                onSuccess: () => {
                  setAsking(false);
                  sayDone(done);
                  onDone?.();
                },
              },
            )
          }
        >
          {children}
        </Confirm>
      ) : null}
    </>
  );
}

export interface DeletionProps extends DeletingProps {
  readonly title: string;
  readonly about?: ReactNode;
}

/** The section with its button. */
export function Deletion({ title, about, ...deleting }: DeletionProps) {
  return (
    <Section title={title} about={about}>
      <Deleting kind="danger" {...deleting} />
    </Section>
  );
}
