// The beginning of the page. What is imported is run before what imports it, and bundlers move files together: only a second import,
// once the first has run, is sure to come after it.

import './forms/no-eval.ts';

void import('./start.tsx');
