// What every language has to say. Functions where a name or number stands in the sentence; they return text, never markup.

export interface Texts {
  /** Pages that only tell: something failed, or is over. */
  readonly failure: {
    readonly title: string;
    readonly code: string;
    readonly request: string;
    readonly support: string;
    readonly back: (application: string) => string;
  };
}
