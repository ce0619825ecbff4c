// Whether a list shows the dialog that makes a new one: by its button, or because a link or the palette led to `?new`.

import { useLocation, useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';

/** The state of the dialog. `new` leaves the address at once, so that going back or reloading does not open it again. */
export function useCreating(): readonly [creating: boolean, setCreating: (creating: boolean) => void] {
  const asked = useLocation({ select: ({ search }) => Object.hasOwn(search, 'new') });
  const navigate = useNavigate();
  const [creating, setCreating] = useState(asked);
  useEffect(() => {
    if (!asked) return;
    setCreating(true);
    const search = ({ new: _new, ...rest }: Record<string, unknown>) => rest;
    void navigate({ to: '.', search: search as never, replace: true });
  }, [asked, navigate]);
  return [creating, setCreating];
}
