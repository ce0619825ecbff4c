// Asks before a page is left on which something was not saved.

import { useBlocker } from '@tanstack/react-router';
import { Confirm } from '../parts/dialog.tsx';

/** `what`: the names of what was changed. A change of the query of the address is no leaving. */
export function Leaving({ dirty, what }: { readonly dirty: boolean; readonly what: string }) {
  const leaving = useBlocker({
    shouldBlockFn: ({ current, next }) => dirty && current.pathname !== next.pathname,
    enableBeforeUnload: dirty,
    withResolver: true,
  });
  if (leaving.status !== 'blocked') return null;
  return (
    <Confirm
      title="Leave without saving?"
      action="Leave and lose the changes"
      onConfirm={leaving.proceed}
      onClose={leaving.reset}
    >
      <p>What you changed here was not saved: {what}.</p>
    </Confirm>
  );
}
