import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  contrastBetween,
  decideAccent,
  EDGE_CONTRAST,
  FILL_CONTRAST,
  GROUNDS,
  OWN_ACCENT,
  parseColour,
  TEXT_CONTRAST,
  type Theme,
} from './accent.js';

const anyColour = fc
  .integer({ min: 0, max: 0xffffff })
  .map((value) => `#${value.toString(16).padStart(6, '0')}`);
const anyTheme = fc.constantFrom<Theme>('light', 'dark');

function leastContrast(colour: string, theme: Theme): number {
  return Math.min(...Object.values(GROUNDS[theme]).map((ground) => contrastBetween(colour, ground)));
}

describe('a tenant colour', () => {
  test('WCAG §1.4.3: text on it and text in it have 4.5:1, whatever the colour', () => {
    fc.assert(
      fc.property(anyColour, anyTheme, (colour, theme) => {
        const { fill, onFill, ink } = decideAccent(colour, theme);
        expect(contrastBetween(fill, onFill)).toBeGreaterThanOrEqual(TEXT_CONTRAST);
        expect(leastContrast(ink, theme)).toBeGreaterThanOrEqual(TEXT_CONTRAST);
      }),
      {
        numRuns: 5000,
        examples: [
          ['#000000', 'dark'],
          ['#ffffff', 'light'],
          ['#ffff00', 'light'],
          ['#0000ff', 'dark'],
        ],
      },
    );
  });

  test('WCAG §1.4.11: edges and focus rings have 3:1 and a fill is seen, whatever the colour', () => {
    fc.assert(
      fc.property(anyColour, anyTheme, (colour, theme) => {
        const { fill, edge } = decideAccent(colour, theme);
        expect(leastContrast(edge, theme)).toBeGreaterThanOrEqual(EDGE_CONTRAST);
        expect(leastContrast(fill, theme)).toBeGreaterThanOrEqual(FILL_CONTRAST);
      }),
      { numRuns: 5000 },
    );
  });

  test('is left as it is where it can carry its part', () => {
    expect(decideAccent('#C2410C', 'light')).toEqual({
      fill: '#c2410c',
      onFill: '#ffffff',
      edge: '#c2410c',
      ink: '#c2410c',
    });
    fc.assert(
      fc.property(anyColour, anyTheme, (colour, theme) => {
        fc.pre(leastContrast(colour, theme) > TEXT_CONTRAST);
        expect(decideAccent(colour, theme).ink).toBe(colour);
      }),
    );
  });

  test('is changed no further than needed', () => {
    fc.assert(
      fc.property(anyColour, anyTheme, (colour, theme) => {
        fc.pre(leastContrast(colour, theme) < EDGE_CONTRAST);
        expect(leastContrast(decideAccent(colour, theme).edge, theme)).toBeLessThan(EDGE_CONTRAST * 1.1);
      }),
    );
  });

  test('keeps its hue: navy stays blue in the dark, yellow stays yellow in the light', () => {
    const [navyRed, , navyBlue] = parseColour(decideAccent('#0a1f44', 'dark').ink) ?? [0, 0, 0];
    expect(navyBlue).toBeGreaterThan(3 * navyRed);
    const [yellowRed, yellowGreen, yellowBlue] = parseColour(decideAccent('#ffff00', 'light').fill) ?? [
      0, 0, 0,
    ];
    expect([yellowRed, yellowBlue]).toEqual([yellowGreen, 0]);
  });

  test('that is none gives our own, which needs no change', () => {
    for (const theme of ['light', 'dark'] as const) {
      for (const colour of [null, '', 'red', '#12345', '#1234567', '#12345g', 'url(//x)', '#fff;}']) {
        const { fill, edge, ink } = decideAccent(colour, theme);
        expect([fill, edge, ink]).toEqual(Array(3).fill(OWN_ACCENT[theme]));
      }
    }
  });
});

describe('the tokens of style.css', () => {
  const sheet = readFileSync(new URL('../../assets/style.css', import.meta.url), 'utf8');
  const [light = '', dark = ''] = [...sheet.matchAll(/:root \{[^}]*\}/g)].map(([block]) => block);
  const token = (block: string, name: string) =>
    new RegExp(`--${name}: (#[0-9a-f]{6});`).exec(block)?.[1] ?? '';

  test.each([
    ['light' as const, light],
    ['dark' as const, dark],
  ])(
    '%s: grounds are those that accents are measured against, and texts and edges stand out',
    (theme, block) => {
      expect(token(block, 'ground')).toBe(GROUNDS[theme].ground);
      expect(token(block, 'card')).toBe(GROUNDS[theme].card);
      for (const name of ['ink', 'quiet', 'danger']) {
        expect(leastContrast(token(block, name), theme), name).toBeGreaterThanOrEqual(TEXT_CONTRAST);
      }
      expect(contrastBetween(token(block, 'danger'), token(block, 'danger-ground'))).toBeGreaterThanOrEqual(
        TEXT_CONTRAST,
      );
      expect(contrastBetween(token(block, 'edge'), token(block, 'card'))).toBeGreaterThanOrEqual(
        EDGE_CONTRAST,
      );
    },
  );
});
