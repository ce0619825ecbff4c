// The part of a page that deletes what the page is about, after a question that says what is lost.

import { type ReactNode, useState } from 'react';
import { useChange } from '../api/queries.ts';
import { Button } from './button.tsx';
import { Confirm } from './dialog.tsx';
import { Section } from './layout.tsx';
import { sayDone } from './toast.tsx';

export interface DeletionProps {
  readonly title: string;
  readonly about?: ReactNode;
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
}

/** The section with its button. */
export function Deletion({ title, about, action, question, children, path, old, done, onDone }: DeletionProps) {
  const change = useChange(...old);
  const [asking, setAsking] = useState(false);
  return (
    <Section title={title} about={about}>
      <Button kind="danger" onClick={() => setAsking(true)}>
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
    </Section>
  );
}
