// Types of server-flags.mjs for the benchmarks.

export declare const serverFlags: readonly string[];
