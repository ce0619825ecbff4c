// A menu behind a button. Not modal: a modal one would write a style element into the page, which its policy forbids.

import * as Radix from '@radix-ui/react-dropdown-menu';
import type { ReactNode } from 'react';

export interface MenuItem {
  readonly label: string;
  readonly icon?: ReactNode;
  readonly danger?: boolean;
  readonly onSelect: () => void;
}

/** A button that opens a menu. `head` stands above the items. */
export function Menu({
  button,
  items,
  head,
}: {
  readonly button: ReactNode;
  readonly items: readonly MenuItem[];
  readonly head?: ReactNode;
}) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{button}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align="end"
          sideOffset={6}
          className="appear z-50 min-w-52 rounded-xl bg-surface p-1.5 shadow-lift"
        >
          {head ? <div className="border-b border-line px-2.5 pt-1.5 pb-2.5 mb-1.5">{head}</div> : null}
          {items.map(({ label, icon, danger, onSelect }) => (
            <Radix.Item
              key={label}
              onSelect={onSelect}
              className={`flex cursor-pointer items-center gap-2.5 rounded-md px-2.5 py-1.5 outline-none data-highlighted:bg-sunken ${danger ? 'text-danger' : ''}`}
            >
              {icon}
              {label}
            </Radix.Item>
          ))}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
