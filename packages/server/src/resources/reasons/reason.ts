// What a stable code of an error or a refusal means, in words for somebody who meets it for the first time.

export interface Reason {
  readonly title: string;
  /** What happened, in a few plain sentences. */
  readonly means: string;
  /** What to do, one step an item. */
  readonly todo: readonly string[];
}

/** Reasons by their code. */
export type Reasons = Readonly<Record<string, Reason>>;
