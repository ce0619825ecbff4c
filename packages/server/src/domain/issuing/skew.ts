// How far the clocks of nodes may lie apart.

/** In seconds. A token of one node, whose `iat` may lie ahead of another's clock, is good there; five minutes are too much. */
export const nodeSkewSeconds = 60;
