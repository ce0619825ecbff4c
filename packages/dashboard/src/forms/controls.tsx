// One field of a form: label, what it is for, the control, what is wrong with it.

import { type ReactNode, useId } from 'react';
import { Switch } from '../parts/switch.tsx';
import { duration } from '../parts/text.tsx';
import type { Control, Value } from './declared.ts';
import { ChoicesField, JsonField, LinesField } from './lists.tsx';

export interface FieldProps {
  readonly label: string;
  readonly about?: ReactNode;
  readonly problem?: string | undefined;
  readonly disabled?: boolean;
  readonly required?: boolean;
}

/** The frame of a field; `children` gets the ids that tie it together. */
export function Field({
  label,
  about,
  problem,
  required,
  children,
}: FieldProps & {
  readonly children: (ids: { id: string; describedBy: string | undefined; invalid: boolean }) => ReactNode;
}) {
  const id = useId();
  const described = [about ? `${id}-about` : '', problem ? `${id}-problem` : ''].filter(Boolean).join(' ');
  return (
    <div>
      <label htmlFor={id} className="mb-1 block font-medium">
        {label}
        {required ? <span className="font-normal text-faint"> (required)</span> : null}
      </label>
      {children({ id, describedBy: described || undefined, invalid: problem !== undefined })}
      {problem ? (
        <p id={`${id}-problem`} className="mt-1 font-medium text-danger">
          {problem}
        </p>
      ) : null}
      {about ? (
        <p id={`${id}-about`} className="mt-1 text-[0.8125rem] text-muted">
          {about}
        </p>
      ) : null}
    </div>
  );
}

export interface TextFieldProps extends FieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly type?: 'text' | 'password' | 'email' | 'search' | 'url';
  readonly placeholder?: string;
  readonly autoFocus?: boolean;
  readonly mono?: boolean;
  readonly autoComplete?: string;
}

/** A line of text. */
export function TextField({
  value,
  onChange,
  type = 'text',
  placeholder,
  autoFocus,
  mono,
  autoComplete = 'off',
  disabled,
  ...frame
}: TextFieldProps) {
  return (
    <Field {...frame}>
      {({ id, describedBy, invalid }) => (
        <input
          id={id}
          type={type}
          className={`field ${mono ? 'font-mono text-[0.8125rem]!' : ''}`}
          value={value}
          disabled={disabled}
          placeholder={placeholder}
          // biome-ignore lint/a11y/noAutofocus: the first field of a dialog that was just asked for
          autoFocus={autoFocus}
          autoComplete={autoComplete}
          spellCheck={false}
          aria-describedby={describedBy}
          aria-invalid={invalid || undefined}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

export interface ChoiceProps extends FieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly options: readonly { readonly value: string; readonly label: string }[];
}

/** One of a few. */
export function ChoiceField({ value, onChange, options, disabled, ...frame }: ChoiceProps) {
  return (
    <Field {...frame}>
      {({ id, describedBy }) => (
        <select
          id={id}
          className="field"
          value={value}
          disabled={disabled}
          aria-describedby={describedBy}
          onChange={(event) => onChange(event.target.value)}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** A switch with its label beside it. */
export function FlagField({
  label,
  about,
  on,
  onChange,
  disabled = false,
}: FieldProps & { readonly on: boolean; readonly onChange: (on: boolean) => void }) {
  const id = useId();
  return (
    <div className="flex items-start justify-between gap-6">
      <div className="min-w-0">
        <label htmlFor={id} className="font-medium">
          {label}
        </label>
        {about ? (
          <p id={`${id}-about`} className="mt-0.5 text-[0.8125rem] text-muted">
            {about}
          </p>
        ) : null}
      </div>
      <div className="pt-0.5">
        <Switch
          id={id}
          on={on}
          onChange={onChange}
          disabled={disabled}
          describedBy={about ? `${id}-about` : undefined}
        />
      </div>
    </div>
  );
}

export interface DeclaredFieldProps extends FieldProps {
  readonly control: Control;
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  /** Words for values of a choice; for '', what holds while nothing is chosen. */
  readonly names?: Readonly<Record<string, string>> | undefined;
  /** Of a length of time: how many seconds one is. It is told in days and hours too. */
  readonly secondsEach?: number | undefined;
}

/** A field with the control that its declaration asks for. An emptied one has the value `undefined`. */
export function DeclaredControl({ control, value, onChange, names, secondsEach, ...frame }: DeclaredFieldProps) {
  switch (control.kind) {
    case 'flag':
      return <FlagField {...frame} on={value === true} onChange={onChange} />;
    case 'choice': {
      const known = control.values.map((one) => ({ value: one, label: names?.[one] ?? one }));
      const options =
        value === undefined || value === null ? [{ value: '', label: names?.[''] ?? 'Not set' }, ...known] : known;
      return (
        <ChoiceField
          {...frame}
          value={String(value ?? '')}
          options={options}
          onChange={(chosen) => onChange(chosen === '' ? undefined : chosen)}
        />
      );
    }
    case 'choices':
      return (
        <ChoicesField
          {...frame}
          values={control.values}
          chosen={Array.isArray(value) ? value.map(String) : []}
          onChange={onChange}
          names={names}
        />
      );
    case 'number': {
      const told =
        secondsEach && typeof value === 'number' && value > 0 ? ` That is ${duration(value * secondsEach)}.` : '';
      return (
        <Field {...frame} about={frame.about ? `${frame.about}.${told}` : told}>
          {({ id, describedBy, invalid }) => (
            <input
              id={id}
              type="number"
              className="field max-w-48 tabular-nums"
              value={typeof value === 'number' ? value : ''}
              disabled={frame.disabled}
              aria-describedby={describedBy}
              aria-invalid={invalid || undefined}
              onChange={(event) => onChange(event.target.value === '' ? undefined : event.target.valueAsNumber)}
            />
          )}
        </Field>
      );
    }
    case 'lines':
      return <LinesField {...frame} value={Array.isArray(value) ? value.map(String) : []} onChange={onChange} />;
    case 'json':
      return <JsonField {...frame} value={value} onChange={onChange} />;
    case 'text':
      if (!control.long) {
        return <TextField {...frame} value={String(value ?? '')} onChange={onChange} />;
      }
      return (
        <Field {...frame}>
          {({ id, describedBy, invalid }) => (
            <textarea
              id={id}
              rows={Math.min(24, Math.max(6, String(value ?? '').split('\n').length + 1))}
              className="field font-mono text-[0.8125rem]!"
              value={String(value ?? '')}
              disabled={frame.disabled}
              spellCheck={false}
              aria-describedby={describedBy}
              aria-invalid={invalid || undefined}
              onChange={(event) => onChange(event.target.value)}
            />
          )}
        </Field>
      );
  }
}
