/** The grounds that a colour has to stand out from. The same values stand in assets/style.css; a test compares them. */
export const GROUNDS = {
  light: { ground: '#f6f5f2', card: '#ffffff' },
  dark: { ground: '#131417', card: '#1b1d22' },
} as const;

/** Which of the two sets of colours a page is drawn in. */
export type Theme = keyof typeof GROUNDS;

/** Sojourn's own accent, for tenants that have none. */
export const OWN_ACCENT = { light: '#1f6f5c', dark: '#5fc3a8' } as const;

/** WCAG 2.2 §1.4.3: text. */
export const TEXT_CONTRAST = 4.5;

/** WCAG 2.2 §1.4.11: edges of controls and focus rings. */
export const EDGE_CONTRAST = 3;
/** Ours: enough for a button with an edge to be seen as a filled one. Asking more would turn a yellow brand olive. */
export const FILL_CONTRAST = 1.5;

/** One accent, made usable in one theme. */
export interface AccentTokens {
  /** Fills buttons: at least 1.5:1 against ground and card. */
  readonly fill: string;
  /** Text on the fill, black or white: at least 4.5:1. */
  readonly onFill: '#000000' | '#ffffff';
  /** Edges of filled buttons, focus rings: at least 3:1 against ground and card. */
  readonly edge: string;
  /** The accent as a colour of text and links: at least 4.5:1 against ground and card. */
  readonly ink: string;
}

type Rgb = readonly [red: number, green: number, blue: number];

/** `#rrggbb` as three numbers from 0 to 255, or `null` where the text is anything else. */
export function parseColour(text: string): Rgb | null {
  if (!/^#[0-9a-f]{6}$/i.test(text)) return null;
  const value = Number.parseInt(text.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/**
 * What a tenant's colour becomes in a theme. A colour that can carry its part is left as it is; another one is
 * darkened (light theme) or lightened (dark theme) just as far as needed, in linear light, so that it keeps its hue where it can.
 *
 * @param accent `#rrggbb`; `null`, or anything that is no such colour, gives Sojourn's own.
 */
export function decideAccent(accent: string | null, theme: Theme): AccentTokens {
  const own = OWN_ACCENT[theme];
  const colour = parseColour(accent ?? own) ?? toRgb(own);
  const fill = standOut(colour, theme, FILL_CONTRAST);
  return {
    fill: toHex(fill),
    // Where white falls short, black has at least 4.6:1: the product of both contrasts is always 21.
    onFill: contrast(luminance(fill), 1) >= TEXT_CONTRAST ? '#ffffff' : '#000000',
    edge: toHex(standOut(colour, theme, EDGE_CONTRAST)),
    ink: toHex(standOut(colour, theme, TEXT_CONTRAST)),
  };
}

/** The contrast of two colours written `#rrggbb`, 1 to 21. @see WCAG 2.2, "contrast ratio" */
export function contrastBetween(one: string, other: string): number {
  return contrast(luminance(toRgb(one)), luminance(toRgb(other)));
}

/** Whether `colour` has the contrast against both grounds; if not, the nearest shade that has. */
function standOut(colour: Rgb, theme: Theme, wanted: number): Rgb {
  const grounds = Object.values(GROUNDS[theme]).map((ground) => luminance(toRgb(ground)));
  const own = luminance(colour);
  if (theme === 'light') {
    const most = (Math.min(...grounds) + 0.05) / wanted - 0.05;
    if (own <= most) return colour;
    // Luminance is linear in linear light, so scaling every channel by this factor gives exactly `most`.
    return mapLinear(colour, (channel) => channel * (most / own), Math.floor);
  }
  const least = (Math.max(...grounds) + 0.05) * wanted - 0.05;
  if (own >= least) return colour;
  // Stronger light first, which keeps the hue; white is added only where a channel can give no more.
  const brightest = Math.max(...colour.map(toLinear));
  const gain = own === 0 ? 1 : Math.min(least / own, 1 / brightest);
  const white = Math.max(0, (least - own * gain) / (1 - own * gain));
  return mapLinear(colour, (channel) => channel * gain * (1 - white) + white, Math.ceil);
}

function mapLinear(colour: Rgb, change: (channel: number) => number, round: (value: number) => number): Rgb {
  const [red, green, blue] = colour.map((channel) => {
    const changed = round(toEncoded(change(toLinear(channel))) * 255);
    return Math.min(255, Math.max(0, changed));
  });
  return [red ?? 0, green ?? 0, blue ?? 0];
}

function contrast(one: number, other: number): number {
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

/** Relative luminance, 0 to 1. @see WCAG 2.2, "relative luminance" */
function luminance([red, green, blue]: Rgb): number {
  return 0.2126 * toLinear(red) + 0.7152 * toLinear(green) + 0.0722 * toLinear(blue);
}

function toLinear(channel: number): number {
  const encoded = channel / 255;
  return encoded <= 0.04045 ? encoded / 12.92 : ((encoded + 0.055) / 1.055) ** 2.4;
}

function toEncoded(linear: number): number {
  return linear <= 0.0031308 ? linear * 12.92 : 1.055 * linear ** (1 / 2.4) - 0.055;
}

function toHex(colour: Rgb): string {
  return `#${colour.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}

function toRgb(colour: string): Rgb {
  const parsed = parseColour(colour);
  if (parsed === null) throw new TypeError(`"${colour}" is no colour; expected #rrggbb`);
  return parsed;
}
