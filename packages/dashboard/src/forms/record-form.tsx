// The form of a record: groups of declared fields, what changed, and a bar that saves or takes it back. Leaving with changes asks.

import { type ReactNode, useEffect, useState } from 'react';
import { ApiError } from '../api/request.ts';
import { Button } from '../parts/button.tsx';
import { Section } from '../parts/layout.tsx';
import { DeclaredControl } from './controls.tsx';
import {
  controlOf,
  type Declared,
  type Entity,
  fieldAt,
  labelOf,
  patchOf,
  problemOf,
  type Value,
  valueAt,
} from './declared.ts';
import { Leaving } from './leaving.tsx';

/** A field of a group. Words that are not given come from the declaration. */
export interface FormField {
  readonly path: string;
  readonly label?: string;
  readonly about?: string;
  readonly names?: Readonly<Record<string, string>>;
  readonly seconds?: boolean;
  readonly milliseconds?: boolean;
  /** Shown only where this holds of what is typed. */
  readonly when?: (typed: (path: string) => Value) => boolean;
  readonly locked?: boolean;
}
export interface FormGroup {
  readonly title: string;
  readonly about?: ReactNode;
  readonly fields: readonly (string | FormField)[];
}

export interface RecordFormProps {
  readonly declared: Declared;
  readonly entity: Entity;
  readonly groups: readonly FormGroup[];
  /** The user may not change it: everything is shown, nothing can be typed. */
  readonly readOnly?: boolean;
  readonly onSave: (patch: Record<string, Value>) => Promise<unknown>;
  /** Rules across fields of what would be stored. */
  readonly check?: (entity: Entity) => readonly FieldProblem[];
  /** Hears what would be stored, whenever something is typed; `dirty`: it differs from what is. */
  readonly onTyped?: (entity: Entity, dirty: boolean) => void;
}

export interface FieldProblem {
  readonly path: string;
  readonly message: string;
}

/** A refusal of the API, taken apart: "Payload validation error: 'Not valid' on property name". */
export function problemIn(message: string): FieldProblem {
  const [, what = message, path = ''] = /'(.*)' on property ([\w-]+(?:\.[\w-]+)*)/s.exec(message) ?? [];
  return { path, message: what };
}

const same = (one: Value, other: Value) => JSON.stringify(one ?? null) === JSON.stringify(other ?? null);

/** The form. Every field may be left as it is: only what differs is sent. */
export function RecordForm(props: RecordFormProps) {
  const { declared, entity, groups, readOnly = false, onSave, check, onTyped } = props;
  const [typed, setTyped] = useState<Readonly<Record<string, Value>>>({});
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<{ readonly path: string | undefined; readonly message: string }>();
  const now = (path: string) => (path in typed ? typed[path] : valueAt(entity, path));
  const changed = Object.keys(typed).filter((path) => !same(typed[path], valueAt(entity, path)));
  const dirty = changed.length > 0;
  const problems = new Map<string, string>();
  for (const path of changed) {
    const problem = problemOf(declared, path, typed[path]);
    if (problem) problems.set(path, problem);
  }
  const patch = patchOf(declared, entity, Object.fromEntries(changed.map((path) => [path, typed[path]])));
  if (dirty && problems.size === 0) {
    for (const { path, message } of check?.({ ...entity, ...patch }) ?? []) problems.set(path, message);
  }
  if (refused?.path && !problems.has(refused.path)) problems.set(refused.path, refused.message);

  const typedNow = JSON.stringify(patch);
  // biome-ignore lint/correctness/useExhaustiveDependencies: heard when what is typed changes, whoever listens
  useEffect(() => onTyped?.({ ...entity, ...patch }, dirty), [typedNow, dirty]);

  const set = (path: string, value: Value) => {
    setTyped((before) => ({ ...before, [path]: value }));
    setRefused(undefined);
  };
  const save = async () => {
    setBusy(true);
    try {
      await onSave(patch);
      setTyped({});
    } catch (error) {
      const whole = error instanceof Error ? error.message : String(error);
      const { path, message } = problemIn(error instanceof ApiError ? whole : '');
      const shown = groups.some(({ fields }) => fields.some((one) => pathOf(one) === path));
      setRefused(shown ? { path, message } : { path: undefined, message: whole });
    } finally {
      setBusy(false);
    }
  };

  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (dirty && problems.size === 0) void save();
      }}
    >
      {groups.map((group) => {
        const fields = group.fields
          .map((one) => (typeof one === 'string' ? { path: one } : one))
          .filter((one: FormField) => one.when?.(now) !== false);
        if (fields.length === 0) return null;
        return (
          <Section key={group.title} title={group.title} about={group.about}>
            <div className="max-w-2xl space-y-5">
              {fields.map((one: FormField) => {
                const { field, schema } = fieldAt(declared, one.path);
                const fixed = field.writer !== 'caller' || one.locked === true;
                return (
                  <DeclaredControl
                    key={one.path}
                    control={controlOf(schema)}
                    label={one.label ?? labelOf(one.path)}
                    about={aboutOf(one, field.about)}
                    names={one.names}
                    secondsEach={one.seconds ? 1 : one.milliseconds ? 0.001 : undefined}
                    value={now(one.path)}
                    problem={problems.get(one.path)}
                    disabled={readOnly || fixed}
                    onChange={(value) => set(one.path, value)}
                  />
                );
              })}
            </div>
          </Section>
        );
      })}
      {dirty ? (
        <div className="appear sticky bottom-3 z-20 flex flex-wrap items-center justify-between gap-x-4 gap-y-2 rounded-xl bg-surface py-2.5 pr-2.5 pl-4 shadow-lift">
          <p
            role={refused && !refused.path ? 'alert' : undefined}
            className={`min-w-0 flex-1 ${refused && !refused.path ? 'font-medium text-danger' : 'text-muted'}`}
          >
            {refused && !refused.path
              ? refused.message
              : problems.size > 0
                ? 'Something above needs another look.'
                : `${changed.length} unsaved ${changed.length === 1 ? 'change' : 'changes'}`}
          </p>
          <div className="flex gap-2">
            <Button
              onClick={() => {
                setTyped({});
                setRefused(undefined);
              }}
            >
              Discard
            </Button>
            <Button type="submit" kind="primary" busy={busy} disabled={problems.size > 0 && !refused}>
              Save changes
            </Button>
          </div>
        </div>
      ) : null}
      <Leaving dirty={dirty} what={changed.map((path) => labelIn(groups, path)).join(', ')} />
    </form>
  );
}

/** What the declaration says, unless it only says the label again. Its quotes of code are for documents. */
function aboutOf({ path, label, about }: FormField, declared: string): string | undefined {
  const text = (about ?? (path.includes('.') ? '' : declared)).replaceAll('`', '');
  return text === '' || text.toLowerCase() === (label ?? labelOf(path)).toLowerCase() ? undefined : text;
}

/** The label under which the form shows a field. */
function labelIn(groups: readonly FormGroup[], path: string): string {
  for (const one of groups.flatMap(({ fields }) => fields))
    if (typeof one !== 'string' && one.path === path && one.label) return one.label;
  return labelOf(path);
}

function pathOf(field: string | FormField): string {
  return typeof field === 'string' ? field : field.path;
}
