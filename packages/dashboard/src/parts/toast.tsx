// Short notes at the foot of the page: what was done, with a way to undo it, or what failed.

import { CircleAlert, CircleCheck, X } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import { IconButton } from './button.tsx';

interface Note {
  readonly id: number;
  readonly kind: 'done' | 'failed';
  readonly text: string;
  readonly undo?: () => void;
}

let notes: readonly Note[] = [];
let next = 0;
const listeners = new Set<() => void>();
const lastsMs = { done: 6_000, failed: 12_000 };

function set(all: readonly Note[]): void {
  notes = all;
  for (const listener of listeners) listener();
}

function drop(id: number): void {
  set(notes.filter((note) => note.id !== id));
}

function add(note: Omit<Note, 'id'>): void {
  const id = next++;
  set([...notes.slice(-2), { ...note, id }]);
  setTimeout(drop, lastsMs[note.kind], id);
}

/** Says that something was done; `undo` takes it back. */
export function sayDone(text: string, undo?: () => void): void {
  add({ kind: 'done', text, ...(undo ? { undo } : {}) });
}

/** Says what failed, in the words of whatever failed. */
export function sayFailed(error: unknown): void {
  add({ kind: 'failed', text: error instanceof Error ? error.message : String(error) });
}

/** Where the notes appear. Screen readers hear them. */
export function Toasts() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => notes,
  );
  return (
    <div
      aria-live="polite"
      className="pointer-events-none fixed inset-x-3 bottom-3 z-60 flex flex-col items-center gap-2"
    >
      {shown.map(({ id, kind, text, undo }) => (
        <div
          key={id}
          className="appear pointer-events-auto flex w-full max-w-md items-center gap-3 rounded-xl bg-surface py-2 pr-2 pl-4 shadow-lift"
        >
          {kind === 'done' ? (
            <CircleCheck className="size-4 shrink-0 text-good" aria-hidden="true" />
          ) : (
            <CircleAlert className="size-4 shrink-0 text-danger" aria-hidden="true" />
          )}
          <p className="min-w-0 flex-1 break-words">{text}</p>
          {undo ? (
            <button
              type="button"
              className="rounded-md px-2 py-1 font-semibold text-link hover:bg-sunken"
              onClick={() => {
                drop(id);
                undo();
              }}
            >
              Undo
            </button>
          ) : null}
          <IconButton label="Dismiss" onClick={() => drop(id)}>
            <X className="size-4" aria-hidden="true" />
          </IconButton>
        </div>
      ))}
    </div>
  );
}
