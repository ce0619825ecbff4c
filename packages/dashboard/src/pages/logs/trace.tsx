// The trace of a decision in words: one rule after the other, with what it dropped.

import { Badge } from '../../parts/text.tsx';
import type { Reason } from './words.ts';

/** The rules in the order in which they were applied. */
export function Trace({ trace }: { readonly trace: readonly Reason[] }) {
  return (
    <ol className="relative ml-1.5 border-l border-line">
      {trace.map((entry, index) => {
        const drops = (entry.dropped?.length ?? 0) > 0;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a rule may be applied twice, and the order never changes
          <li key={index} className="relative pb-3 pl-5 last:pb-0">
            <span
              aria-hidden="true"
              className={`absolute top-1.5 -left-[0.3125rem] size-2.5 rounded-full border-2 border-surface ${drops ? 'bg-warn' : 'bg-edge'}`}
            />
            <p className="font-mono text-xs text-muted">{entry.rule}</p>
            <p className="break-words">{entry.because}</p>
            {drops ? (
              <p className="mt-1 flex flex-wrap items-center gap-1">
                <span className="text-xs text-muted">dropped</span>
                {entry.dropped?.map((scope) => (
                  <Badge key={scope} tone="warn">
                    {scope}
                  </Badge>
                ))}
              </p>
            ) : null}
          </li>
        );
      })}
    </ol>
  );
}
