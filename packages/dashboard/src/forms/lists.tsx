// Fields whose value is more than one thing: several of a few, lines of text, JSON.

import { useState } from 'react';
import { Field, type FieldProps } from './controls.tsx';
import type { Value } from './declared.ts';

/** Any of a few, ticked. */
export function ChoicesField({
  values,
  chosen,
  onChange,
  names,
  label,
  about,
  problem,
  disabled,
}: FieldProps & {
  readonly values: readonly string[];
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
  readonly names?: Readonly<Record<string, string>> | undefined;
}) {
  const shown = names ? values.filter((value) => names[value] !== undefined || chosen.includes(value)) : values;
  return (
    <fieldset>
      <legend className="mb-1 font-medium">{label}</legend>
      {about ? <p className="mb-1.5 text-[0.8125rem] text-muted">{about}</p> : null}
      <div className="grid gap-x-6 gap-y-1.5 sm:grid-cols-2">
        {shown.map((value) => (
          <label key={value} className="flex items-start gap-2">
            <input
              type="checkbox"
              className="mt-0.5 size-4"
              disabled={disabled}
              checked={chosen.includes(value)}
              onChange={(event) =>
                onChange(values.filter((one) => (one === value ? event.target.checked : chosen.includes(one))))
              }
            />
            <span className="min-w-0 break-words">{names?.[value] ?? value}</span>
          </label>
        ))}
      </div>
      {problem ? <p className="mt-1 font-medium text-danger">{problem}</p> : null}
    </fieldset>
  );
}

/** A list of texts, one a line. */
export function LinesField({
  value,
  onChange,
  disabled,
  ...frame
}: FieldProps & { readonly value: readonly string[]; readonly onChange: (value: readonly string[]) => void }) {
  // What is typed is kept as typed: an empty line is where the next address begins.
  const [text, setText] = useState(value.join('\n'));
  const lines = (typed: string) =>
    typed
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
  const shown = JSON.stringify(lines(text)) === JSON.stringify(value) ? text : value.join('\n');
  return (
    <Field {...frame} about={frame.about ? `${frame.about}. One a line.` : 'One a line.'}>
      {({ id, describedBy, invalid }) => (
        <textarea
          id={id}
          rows={Math.min(8, Math.max(2, shown.split('\n').length))}
          className="field font-mono text-[0.8125rem]!"
          value={shown}
          disabled={disabled}
          spellCheck={false}
          aria-describedby={describedBy}
          aria-invalid={invalid || undefined}
          onChange={(event) => {
            setText(event.target.value);
            onChange(lines(event.target.value));
          }}
        />
      )}
    </Field>
  );
}

/** Anything else: JSON. What is no JSON yet is not taken. */
export function JsonField({
  value,
  onChange,
  disabled,
  problem,
  ...frame
}: FieldProps & { readonly value: Value; readonly onChange: (value: Value) => void }) {
  const [text, setText] = useState(value === undefined ? '' : JSON.stringify(value, null, 2));
  const [broken, setBroken] = useState<string>();
  return (
    <Field {...frame} problem={broken ?? problem}>
      {({ id, describedBy, invalid }) => (
        <textarea
          id={id}
          rows={Math.min(16, Math.max(3, text.split('\n').length))}
          className="field font-mono text-[0.8125rem]!"
          value={text}
          disabled={disabled}
          spellCheck={false}
          aria-describedby={describedBy}
          aria-invalid={invalid || undefined}
          onChange={(event) => {
            setText(event.target.value);
            try {
              onChange(event.target.value.trim() === '' ? undefined : JSON.parse(event.target.value));
              setBroken(undefined);
            } catch {
              setBroken('This is not JSON yet, so it is not taken.');
            }
          }}
        />
      )}
    </Field>
  );
}
