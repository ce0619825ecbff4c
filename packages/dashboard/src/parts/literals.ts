// Texts of the tenant inside code that people paste: as one word of a shell, or as one literal. Whoever names an API or a callback
// must not choose what runs on the machine of whoever copies.

const plain = /^[\w@%+=:,./-]+$/;

/** One word of a POSIX shell. */
export function shellWord(text: string): string {
  return plain.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A string literal of JavaScript, in single quotes where it can be read so. */
export function jsText(text: string): string {
  return plain.test(text) ? `'${text}'` : JSON.stringify(text);
}

/** A scalar of YAML. */
export function yamlText(text: string): string {
  return plain.test(text) && !/:$|^[\d.@%,=-]/.test(text) ? text : JSON.stringify(text);
}

/** A string literal in double quotes, as JavaScript, Python, Go, Java and C# all read it. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}
