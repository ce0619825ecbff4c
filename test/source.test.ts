// What the scanner behind the house's rules sees in TypeScript, and what it must not mistake for code.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importsOf, openingComment, tokens, undocumentedFunctions } from './support/source.ts';

const rows: [text: string, target: string | undefined, names: string[], typeOnly: boolean][] = [
  ["import 'a';", 'a', [], false],
  ["import a from 'a';", 'a', ['default'], false],
  ['import * as a from "a";', 'a', ['*'], false],
  ["import a, { b, c as d } from 'a';", 'a', ['default', 'b', 'c'], false],
  ["import {\n  b,\n  type C,\n} from 'a';", 'a', ['b', 'C'], false],
  ["import { type B, type C as D } from 'a';", 'a', ['B', 'C'], true],
  ["import type { B } from 'a';", 'a', ['B'], true],
  ["import type B from 'a';", 'a', ['default'], true],
  ["import type, { b } from 'a';", 'a', ['default', 'b'], false],
  ["import { type } from 'a';", 'a', ['type'], false],
  ["import { default as b } from 'a';", 'a', ['default'], false],
  ["import data from 'a' with { type: 'json' };", 'a', ['default'], false],
  ["export * from 'a';", 'a', ['*'], false],
  ["export * as b from 'a';", 'a', ['*'], false],
  ["export { b as c } from 'a';", 'a', ['b'], false],
  ["export type { B } from 'a';", 'a', ['B'], true],
  ["const b = await import('a');", 'a', ['*'], false],
  ["let b: import('a').B;", 'a', ['*'], false],
  ["import.meta.resolve('a');", 'a', ['*'], false],
  ['import(`a`);', undefined, ['*'], false],
  ["import('a' + b);", undefined, ['*'], false],
  [`const t = \`x \${await import('a')} y\`;`, 'a', ['*'], false],
  [`const t = \`\${{ a: '}' }.a}\${import('a')}\`;`, 'a', ['*'], false],
  ["const r = /['\"`/*]/; import 'a';", 'a', [], false],
  ["const q = a / b; import 'a'; const c = d / e;", 'a', [], false],
  ["/* import 'b' */ import 'a'; // import 'c'", 'a', [], false],
];

for (const [text, target, names, typeOnly] of rows) {
  test(`${JSON.stringify(text)} imports ${target ?? 'what it computes'}`, () => {
    assert.deepEqual(
      importsOf(text).map((one) => [one.target, one.names, one.typeOnly]),
      [[target, names, typeOnly]],
    );
  });
}

test('what only looks like an import is none', () => {
  for (const text of [
    "// import 'a';",
    "/** import('a') */",
    'const a = "import \'a\'";',
    "const a = `import 'a'`;",
    "const a = /import 'a'/;",
    'export { a };',
    'export type A = { from: string };',
    "export const from = 'a';",
    "this.import('a'); b.import('c');",
    'import.meta.url;',
  ]) {
    assert.deepEqual(importsOf(text), [], text);
  }
});

test('imports and functions are found on their line', () => {
  const text = "// One.\n\n/* two\n   three */\nconst a = `\n`;\nimport 'a';\n\nexport function b() {}\n";
  assert.equal(importsOf(text)[0]?.line, 7);
  assert.deepEqual(undocumentedFunctions(text), [{ name: 'b', line: 9 }]);
});

test('every character of a file is read once', () => {
  const text = `#!/x\nconst a = \`b\${\`c\${1}\`}d\` / 2; // e\nconst f = <T,>(g: T) => /[/]"/u.test(\`\${g}\`);\n`;
  const seen = tokens(text).map((token) => (token.kind === 'string' ? `'${token.text}'` : token.text));
  assert.equal(seen.join('').replace(/\s/g, ''), text.replace(/\s/g, ''));
});

test('the opening comment is what stands before the first blank line or code', () => {
  assert.deepEqual(openingComment('#!/usr/bin/env node\n// One.\n//\n// Two.\n\n// Three.\n'), ['One.', 'Two.']);
  assert.deepEqual(openingComment('/**\n * One.\n * Two.\n */\nconst a = 1;'), ['One.', 'Two.']);
  assert.deepEqual(openingComment('const a = 1; // One.'), []);
});
