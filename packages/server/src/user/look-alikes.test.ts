import { describe, expect, test } from 'vitest';
import { hasLookAlikeLetters } from './look-alikes.js';

describe('hasLookAlikeLetters (UTS 39)', () => {
  test.each([
    ['one Cyrillic letter among Latin ones', '\u043etto@harbour.example'],
    ['the same in the domain', 'otto@harb\u043eur.example'],
    ['one Greek letter among Latin ones', '\u03bftto@harbour.example'],
    ['Armenian among Latin', 'm\u0585ra@harbour.example'],
    ['Cherokee among Latin', '\u13aada@harbour.example'],
    ['a word of Cyrillic letters that all look Latin', '\u0441\u043e\u0441\u043e@harbour.example'],
    ['the same as a capital', '\u0421\u041e\u0421\u041e@harbour.example'],
    ['a domain of them', 'mira@\u0430\u0440\u0440\u04cf\u0435.example'],
    ['a word of Greek ones', '\u03bd\u03b1\u03bd@harbour.example'],
    ['Cyrillic with Greek', '\u0436\u03bb@harbour.example'],
    ['Han with Cyrillic', '\u4e2d\u0436@harbour.example'],
  ])('%s', (_name, email) => {
    expect(hasLookAlikeLetters(email)).toBe(true);
  });

  test.each([
    'mira@harbour.example',
    'Mira.Lind+news_2@harbour-42.example',
    'j\u00f6rg.m\u00fc\u00dfig@h\u00e4fen.example',
    'nguy\u1ec5n@harbour.example',
    '\u0438\u0440\u0438\u043d\u0430@harbour.example',
    '\u0438\u0440\u0438\u043d\u0430@\u043f\u043e\u0447\u0442\u0430.\u0440\u0444',
    '\u03b4\u03b7\u03bc\u03ae\u03c4\u03c1\u03b7\u03c2@harbour.example',
    '\u6e2f\u306e\u30df\u30e9@harbour.example',
    'mira\u6e2f@harbour.example',
    '\ud56d\uad6cmira@harbour.example',
    '\u05de\u05d9\u05e8\u05d4@harbour.example',
    '\u0645\u064a\u0631\u0627@harbour.example',
    '\u092e\u0940\u0930\u093e@harbour.example',
    '42@harbour.example',
  ])('%s is as it looks', (email) => {
    expect(hasLookAlikeLetters(email)).toBe(false);
  });
});
