// What is shown before there is a user: nothing yet, a failure, the end of a session. Then the pages.

import { RouterProvider } from '@tanstack/react-router';
import { Button } from '../parts/button.tsx';
import { Toasts } from '../parts/toast.tsx';
import { useSession } from '../session/session.ts';
import { leaveToSignIn } from '../session/sign-in.ts';
import { Mark } from './mark.tsx';
import { router } from './router.tsx';

/** The app. */
export function App() {
  const session = useSession();
  if (location.pathname === '/dashboard/signed-out') {
    return (
      <Notice title="You are signed out">
        <Button kind="primary" onClick={() => void leaveToSignIn('/dashboard')}>
          Sign in again
        </Button>
      </Notice>
    );
  }
  switch (session.kind) {
    case 'starting':
      return <Notice title="Countersign" busy />;
    case 'failed':
      return (
        <Notice title="Signing in failed" text={session.message} code={session.code}>
          <Button kind="primary" onClick={() => void leaveToSignIn('/dashboard')}>
            Try again
          </Button>
        </Notice>
      );
    case 'in':
    case 'ended':
      return (
        <>
          <RouterProvider router={router} />
          {session.kind === 'ended' ? <Ended /> : null}
          <Toasts />
        </>
      );
  }
}

function Notice({
  title,
  text,
  code,
  busy = false,
  children,
}: {
  title: string;
  text?: string;
  code?: string;
  busy?: boolean;
  children?: React.ReactNode;
}) {
  return (
    <main className="grid min-h-dvh place-items-center p-6">
      <div className="max-w-sm text-center">
        <div className="mb-5 flex justify-center">
          <Mark size={40} />
        </div>
        <h1 className={busy ? 'sr-only' : 'text-xl font-semibold tracking-tight'}>{title}</h1>
        {busy ? (
          <p role="status" className="text-muted">
            Signing in
          </p>
        ) : null}
        {text ? <p className="mt-1 text-muted">{text}</p> : null}
        {code ? <p className="mt-1 font-mono text-xs text-faint">{code}</p> : null}
        {children ? <div className="mt-5 flex justify-center gap-2">{children}</div> : null}
      </div>
    </main>
  );
}

/** Over the page, so that what was typed is still there. */
function Ended() {
  return (
    <div
      role="alertdialog"
      aria-modal="true"
      aria-label="Your session ended"
      className="fixed inset-0 z-70 grid place-items-center bg-black/50 p-4"
    >
      <div className="max-w-sm rounded-xl bg-surface p-6 text-center shadow-lift">
        <p className="text-lg font-semibold">Your session ended</p>
        <p className="mt-1 text-muted">
          Sign in again to go on. What is typed on this page and not saved will be lost.
        </p>
        <div className="mt-4 flex justify-center">
          <Button kind="primary" onClick={() => void leaveToSignIn(`${location.pathname}${location.search}`)}>
            Sign in
          </Button>
        </div>
      </div>
    </div>
  );
}
