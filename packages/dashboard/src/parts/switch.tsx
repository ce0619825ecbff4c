// A switch: on or off at once.

import * as Radix from '@radix-ui/react-switch';

export interface SwitchProps {
  readonly on: boolean;
  readonly onChange: (on: boolean) => void;
  readonly disabled?: boolean;
  readonly id?: string;
  readonly label?: string;
  readonly describedBy?: string | undefined;
}

/** The switch; named by `label`, or by a label element of its id. */
export function Switch({ on, onChange, disabled = false, id, label, describedBy }: SwitchProps) {
  return (
    <Radix.Root
      checked={on}
      onCheckedChange={onChange}
      disabled={disabled}
      {...(id === undefined ? {} : { id })}
      aria-label={label}
      aria-describedby={describedBy}
      className="relative inline-flex h-5 w-9 shrink-0 items-center rounded-full border border-edge bg-sunken transition-colors disabled:opacity-50 data-[state=checked]:border-accent data-[state=checked]:bg-accent"
    >
      <Radix.Thumb className="block size-3.5 translate-x-0.5 rounded-full bg-edge transition-transform data-[state=checked]:translate-x-[1.125rem] data-[state=checked]:bg-on-accent" />
    </Radix.Root>
  );
}
