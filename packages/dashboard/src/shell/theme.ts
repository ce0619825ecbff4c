// Light or dark: as the system says, or as the user chose. Kept in this browser only.

import { useSyncExternalStore } from 'react';

export type Theme = 'system' | 'light' | 'dark';
const storedAt = 'countersign-theme';
const dark = matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();

function chosen(): Theme {
  const stored = localStorage.getItem(storedAt);
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}

function apply(): void {
  const theme = chosen();
  document.documentElement.dataset.theme = theme === 'system' ? (dark.matches ? 'dark' : 'light') : theme;
  for (const listener of listeners) listener();
}

/** Applies the theme, and follows the system from now on. */
export function startTheme(): void {
  apply();
  dark.addEventListener('change', apply);
}

/** What was chosen, and how to choose, as a hook. */
export function useTheme(): readonly [Theme, (theme: Theme) => void] {
  const theme = useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, chosen);
  return [
    theme,
    (next) => {
      if (next === 'system') localStorage.removeItem(storedAt);
      else localStorage.setItem(storedAt, next);
      apply();
    },
  ];
}
