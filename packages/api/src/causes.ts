export type CauseCode = string;
