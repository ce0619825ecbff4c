// The look of every page: one style sheet, and the colours of a tenant as CSS variables over it.
// Logical properties only, so that a page written from right to left is the mirror image.

import { type Colour, hex, legible, mix, parseColour, textOn } from '../schema/colour.ts';

const defaultPrimary: Colour = [0x3d, 0x46, 0xc2];
const white: Colour = [255, 255, 255];
const black: Colour = [0, 0, 0];
const lightSurface: Colour = white;
const lightGround: Colour = [0xf4, 0xf5, 0xf8];
const darkSurface: Colour = [0x1a, 0x1d, 0x23];
const darkGround: Colour = [0x0e, 0x10, 0x14];

/** Colours as branding has them (`#rrggbb`); what is no such colour is passed over. */
export interface Palette {
  readonly primary?: string | undefined;
  readonly pageBackground?: string | undefined;
}

function scheme(primary: Colour, ground: Colour, surface: Colour): string {
  const on = textOn(primary);
  return [
    `--ground:${hex(ground)}`,
    `--primary:${hex(primary)}`,
    // Away from the text on it, so that the text stays legible.
    `--primary-hover:${hex(mix(primary, on[0] === 255 ? black : white, 0.86))}`,
    `--on-primary:${hex(on)}`,
    `--edge:${hex(legible(primary, surface, 3))}`,
    `--accent:${hex(legible(primary, surface, 4.6))}`,
    `--tint:${hex(mix(primary, surface, surface === darkSurface ? 0.16 : 0.08))}`,
  ].join(';');
}

/** The whole style sheet for these colours. Holds nothing of the caller but colours that were parsed. */
export function styleSheet(palette: Palette): string {
  const primary = parseColour(palette.primary) ?? defaultPrimary;
  const own = parseColour(palette.pageBackground);
  const light = scheme(primary, own ?? mix(primary, lightGround, 0.04), lightSurface);
  const dark = scheme(primary, mix(own ?? primary, darkGround, own ? 0.2 : 0.05), darkSurface);
  return `:root{${light}}@media(prefers-color-scheme:dark){:root{${dark}}}${sheet}`;
}

const sheet = `
:root{color-scheme:light dark;
--surface:#fff;--field:#fff;--ink:#15181e;--muted:#565d6b;--line:#e0e3ea;--border:#838a97;
--danger:#b3261e;--danger-ground:#fdf2f1;--danger-line:#f0c5c1;--good:#1b7a3d;
--shadow:0 1px 2px rgb(16 20 30/.05),0 12px 40px -8px rgb(16 20 30/.12)}
@media(prefers-color-scheme:dark){:root{
--surface:#1a1d23;--field:#13161b;--ink:#eef0f4;--muted:#a9b0bd;--line:#31363f;--border:#7c8391;
--danger:#ffa49b;--danger-ground:#2c1917;--danger-line:#6d2f2a;--good:#7bd69a;
--shadow:0 0 0 1px rgb(255 255 255/.06),0 16px 48px rgb(0 0 0/.45)}}
*,*::before,*::after{box-sizing:border-box}
html{font-size:100%;-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;min-block-size:100vh;min-block-size:100dvh;display:grid;place-items:center;padding:2rem 1rem;
background:var(--ground);color:var(--ink);
font:400 1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans",Arial,sans-serif;
-webkit-font-smoothing:antialiased;text-rendering:optimizeLegibility}
.card{inline-size:100%;max-inline-size:26.5rem;background:var(--surface);border-radius:1.25rem;box-shadow:var(--shadow);
padding:2.5rem 2.5rem 2.25rem;overflow-wrap:anywhere}
.brand{display:flex;align-items:center;gap:.75rem;margin-block-end:1.75rem;min-block-size:2.5rem}
.brand img{display:block;max-block-size:3rem;max-inline-size:12rem;inline-size:auto;block-size:auto}
.mark{display:grid;place-items:center;flex:none;inline-size:2.5rem;block-size:2.5rem;border:1px solid var(--edge);border-radius:.75rem;
background:var(--primary);color:var(--on-primary);font-weight:650;font-size:1.125rem;line-height:1}
.brand b{font-weight:600;font-size:1rem;letter-spacing:-.005em}
h1{margin:0;font-size:1.5rem;line-height:1.25;font-weight:650;letter-spacing:-.018em;text-wrap:balance}
h2{margin:1.5rem 0 .5rem;font-size:.9375rem;line-height:1.4;font-weight:600}
p{margin:0}
.lead{margin-block-start:.5rem;color:var(--muted);text-wrap:pretty}
.lead strong{color:var(--ink);font-weight:600}
form{margin:0}
h1~form,.lead~form{margin-block-start:1.75rem}
.field{margin-block-end:1.25rem}
label,.label{display:block;margin-block-end:.375rem;font-size:.875rem;line-height:1.4;font-weight:550}
.hint{margin-block:-.125rem .5rem;font-size:.875rem;line-height:1.45;color:var(--muted)}
ul.hint{padding-inline-start:1.125rem}
.hint+.hint{margin-block-start:.25rem}
input[type=text],input[type=email],input[type=password],input[type=tel]{display:block;inline-size:100%;min-block-size:3rem;
padding:.625rem .875rem;border:1px solid var(--border);border-radius:.75rem;background:var(--field);color:var(--ink);
font:inherit;line-height:1.5;appearance:none}
input:hover{border-color:var(--ink)}
input[aria-invalid=true]{border-color:var(--danger);box-shadow:inset 0 0 0 1px var(--danger)}
.error{display:flex;gap:.375rem;margin-block-end:.5rem;font-size:.875rem;line-height:1.45;font-weight:550;color:var(--danger)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
input:focus-visible{outline-offset:0;outline-width:2px;border-color:var(--accent)}
button,.button{display:block;inline-size:100%;min-block-size:3rem;padding:.6875rem 1.25rem;border:1px solid var(--edge);border-radius:.75rem;
background:var(--primary);color:var(--on-primary);font:inherit;font-weight:600;line-height:1.5;text-align:center;text-decoration:none;
cursor:pointer;transition:background-color .12s}
button:hover,.button:hover{background:var(--primary-hover)}
button.quiet,.button.quiet{background:transparent;border-color:var(--border);color:var(--ink)}
button.quiet:hover,.button.quiet:hover{background:var(--tint)}
.actions{display:flex;flex-direction:column;gap:.75rem;margin-block-start:1.75rem}
@media(min-width:30rem){.actions.pair{flex-direction:row-reverse}.actions.pair>*{flex:1}}
a{color:var(--accent);font-weight:550;text-underline-offset:.2em;text-decoration-thickness:1px}
a:hover{text-decoration-thickness:2px}
.aside{margin-block-start:1.5rem;font-size:.9375rem;color:var(--muted);text-align:center}
.summary{margin-block-start:1.5rem;padding:.875rem 1rem;border:1px solid var(--danger-line);border-inline-start:4px solid var(--danger);
border-radius:.75rem;background:var(--danger-ground);font-size:.9375rem}
.summary:focus-visible{outline:2px solid var(--danger);outline-offset:0}
.summary h2{margin:0;font-size:.9375rem;color:var(--danger)}
.summary ul{margin:.25rem 0 0;padding-inline-start:1.125rem}
.summary a{color:var(--danger)}
.summary p{color:var(--danger);font-weight:550}
.who{display:flex;align-items:center;gap:.75rem;margin-block-start:1.5rem;padding:.75rem .875rem;border:1px solid var(--line);border-radius:.75rem;
font-size:.9375rem;line-height:1.4}
.who>a{margin-inline-start:auto;padding:.25rem}form>.who{margin-block:0 1.25rem}
.who .text{min-inline-size:0;flex:1;margin:0}
.who small,.choice small{display:block;font-size:.875rem;color:var(--muted);font-weight:400}
.face{display:grid;place-items:center;flex:none;inline-size:2.25rem;block-size:2.25rem;border-radius:50%;background:var(--tint);color:var(--accent);
font-weight:600;font-size:.9375rem;line-height:1;text-transform:uppercase}
button.choice{display:flex;align-items:center;gap:.875rem;padding:.875rem;background:transparent;border-color:var(--border);color:var(--ink);
text-align:start;line-height:1.35}
button.choice:hover{background:var(--tint)}
.scopes{margin:.75rem 0 0;padding:0;list-style:none;border-block:1px solid var(--line)}
.scopes li{display:flex;gap:.75rem;padding:.75rem 0;line-height:1.45}
.scopes li+li{border-block-start:1px solid var(--line)}
.scopes li::before{content:"";flex:none;inline-size:.4375rem;block-size:.8125rem;margin:.1875rem .3125rem 0;border:solid var(--accent);border-width:0 2px 2px 0;transform:rotate(42deg)}
.scopes b{font-weight:600}
.facts{margin:1.5rem 0 0;padding:.875rem 1rem;border:1px solid var(--line);border-radius:.75rem;background:var(--tint);font-size:.875rem;line-height:1.5}
.facts div{display:flex;gap:0 .5rem;flex-wrap:wrap}
.facts dt{color:var(--muted)}
.facts dd{margin:0}
code{font:500 .875rem/1.5 ui-monospace,"SF Mono","Cascadia Mono",Menlo,Consolas,monospace}
.more{margin-block:.75rem 0;color:var(--muted)}
.card.wide{max-inline-size:52rem}
.up{margin:0 0 .5rem;font-size:.9375rem}
.wide h2{margin:2rem 0 .75rem;font-size:1.0625rem}
.mails{margin:1.5rem 0 0;padding:0;list-style:none;border-block-start:1px solid var(--line)}
.mails li{border-block-end:1px solid var(--line)}
.mail{display:flex;flex-direction:column;padding:.75rem .25rem;text-decoration:none;color:var(--ink)}
.mail:hover{background:var(--tint)}
.mail small{color:var(--muted);font-size:.875rem;font-weight:400}
.links{margin:0;padding-inline-start:1.125rem}
iframe.letter{inline-size:100%;block-size:36rem;border:1px solid var(--border);border-radius:.75rem;background:#fff}
pre.letter{margin:0;padding:1rem;border:1px solid var(--line);border-radius:.75rem;white-space:pre-wrap;
font:400 .875rem/1.6 ui-monospace,"SF Mono","Cascadia Mono",Menlo,Consolas,monospace}
p+pre.letter,pre.letter+pre.letter{margin-block-start:.75rem}
.lead+.hint{margin-block-start:.5rem}
.unseen,input.unseen[type]{position:absolute;inline-size:1px;block-size:1px;margin:-1px;padding:0;min-block-size:0;overflow:hidden;clip-path:inset(50%);white-space:nowrap;border:0}
@media(max-width:30rem){body{padding:1rem;place-items:start center}.card{padding:1.75rem 1.5rem;border-radius:1rem}.brand{margin-block-end:1.5rem}}
@media(prefers-reduced-motion:reduce){*{transition:none!important}}
@media(forced-colors:active){.card{border:1px solid}.face{border:1px solid}}
`.replaceAll('\n', '');
