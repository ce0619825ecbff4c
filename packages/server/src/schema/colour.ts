// Colours of a tenant, made readable: any branding colour gets a text colour on it and a shade that is legible as text.
// Contrast as WCAG 2.2 defines it (§1.4.3, relative luminance).

export type Colour = readonly [red: number, green: number, blue: number];

/** `#abc` or `#aabbcc`; anything else is `undefined`, so that nothing else ever gets into a style sheet. */
export function parseColour(text: string | undefined): Colour | undefined {
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(text ?? '');
  const long = short ?? /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text ?? '');
  if (!long) return undefined;
  const part = (index: number) => Number.parseInt((long[index] ?? '').repeat(short ? 2 : 1), 16);
  return [part(1), part(2), part(3)];
}

/** `#rrggbb`. */
export function hex(colour: Colour): string {
  return `#${colour.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`;
}

/** `share` of `one` (0 to 1), the rest of `other`. */
export function mix(one: Colour, other: Colour, share: number): Colour {
  const part = (index: 0 | 1 | 2) => one[index] * share + other[index] * (1 - share);
  return [part(0), part(1), part(2)];
}

function luminance(colour: Colour): number {
  const linear = (part: number) => {
    const value = Math.round(part) / 255;
    return value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(colour[0]) + 0.7152 * linear(colour[1]) + 0.0722 * linear(colour[2]);
}

/** The contrast ratio of two colours, 1 to 21. */
export function contrast(one: Colour, other: Colour): number {
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

const white: Colour = [255, 255, 255];
const black: Colour = [0, 0, 0];

/** Black or white, whichever is better to read on `ground`: 4.5 at least, for every colour. White where it suffices. */
export function textOn(ground: Colour): Colour {
  return contrast(white, ground) >= 4.5 ? white : black;
}

/** `colour`, moved towards black or white just far enough to have `ratio` on `ground`. */
export function legible(colour: Colour, ground: Colour, ratio: number): Colour {
  const end = contrast(white, ground) > contrast(black, ground) ? white : black;
  for (let share = 1; share > 0; share -= 0.04) {
    const shade = mix(colour, end, share);
    if (contrast(shade, ground) >= ratio) return shade;
  }
  return end;
}
