import { interWebFont, type InterWeight } from '../inter.ts';

const ranges = {
  latin: 'U+0000-00FF, U+0131, U+0152-0153, U+02BB-02BC, U+02C6, U+02DA, U+02DC, U+2000-206F, U+20AC, U+2122, U+2191, U+2193, U+2212, U+2215',
  greek: 'U+0370-0377, U+037A-037F, U+0384-038A, U+038C, U+038E-03A1, U+03A3-03FF',
} as const;

function fontFace(subset: keyof typeof ranges, weight: InterWeight): string {
  const uri = `data:font/woff2;base64,${interWebFont(subset, weight).toString('base64')}`;
  return `@font-face { font-family: Inter; font-weight: ${weight}; src: url(${uri}) format("woff2"); unicode-range: ${ranges[subset]}; }\n`;
}

const css = `:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --ink: #20262e; --soft: #5b6472; --line: #e1e4e9; --accent: #0072b2;
}
@media (prefers-color-scheme: dark) {
  :root { --page: #14171c; --card: #1d2229; --ink: #e9ebee; --soft: #a0a9b5; --line: #303741; --accent: #6cb6e6; }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
body { margin: 0; background: var(--page); color: var(--ink); font: 400 1rem/1.6 Inter, system-ui, sans-serif; }
main { max-width: 71rem; margin: 0 auto; padding: clamp(1.5rem, 5vw, 4rem) clamp(1rem, 4vw, 2.5rem) 5rem; }
header { margin-bottom: 2rem; }
h1 { margin: 0; font-size: clamp(1.75rem, 4.5vw, 2.6rem); font-weight: 600; line-height: 1.15; letter-spacing: -0.025em; text-wrap: balance; }
header > p { margin: 0.6rem 0 0; color: var(--soft); font-size: 1.05rem; }
h2 { margin: 0 0 1rem; font-size: 1.4rem; font-weight: 600; line-height: 1.25; letter-spacing: -0.015em; }
section { margin-top: 3.25rem; scroll-margin-top: 1.5rem; }
p { margin: 0; max-width: 70ch; text-wrap: pretty; overflow-wrap: break-word; }
nav { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; margin-top: 1.25rem; padding-top: 1rem; border-top: 1px solid var(--line); font-size: 0.9rem; }
a { color: var(--accent); text-decoration: none; }
a:hover { text-decoration: underline; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 9.5rem), 1fr)); gap: 0.75rem; margin: 0; }
.facts > div { padding: 1rem 1.15rem; background: var(--card); border: 1px solid var(--line); border-radius: 0.75rem; }
.facts dt { color: var(--soft); font-size: 0.85rem; line-height: 1.35; }
.facts dd { margin: 0.2rem 0 0; font-size: 1.6rem; font-weight: 600; line-height: 1.25; letter-spacing: -0.02em; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.facts dd.note { color: var(--soft); font-size: 0.8rem; font-weight: 400; line-height: 1.4; letter-spacing: 0; }
.table { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 0.75rem; }
table { width: 100%; border-collapse: collapse; font-size: 0.925rem; line-height: 1.4; }
caption { padding: 0.8rem 1rem 0.1rem; color: var(--soft); font-size: 0.85rem; text-align: left; }
th, td { padding: 0.65rem 1rem; text-align: left; vertical-align: baseline; }
thead th { color: var(--soft); font-size: 0.82rem; font-weight: 600; vertical-align: bottom; }
tbody th { min-width: min(9rem, 38vw); font-weight: 600; }
tbody tr > * { border-top: 1px solid var(--line); }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
figure { display: flex; flex-direction: column; margin: 0; min-width: 0; }
.picture { display: flex; justify-content: center; padding: 0.5rem; background: #ffffff; border: 1px solid var(--line); border-radius: 0.75rem; }
.picture > * { min-width: 0; }
.picture svg, .picture img { display: block; max-width: 100%; height: auto; margin: 0 auto; }
.picture img { margin: 0.5rem; max-width: calc(100% - 1rem); }
.picture .pixels { image-rendering: pixelated; }
figcaption { margin-top: 0.6rem; color: var(--soft); font-size: 0.875rem; line-height: 1.5; max-width: 75ch; text-wrap: pretty; }
main section > * + * { margin-top: 1.25rem; }
main section > p + p { margin-top: 0.8rem; }
.figures { display: grid; align-items: start; grid-template-columns: repeat(auto-fit, minmax(min(100%, 19rem), 1fr)); gap: 1.25rem; }
@media print {
  :root { color-scheme: light; --page: #ffffff; --card: #ffffff; --ink: #000000; --soft: #444b55; --line: #cfd4db; --accent: #000000; }
  @page { margin: 1.6cm; }
  html { font-size: 9.5pt; }
  main { max-width: none; padding: 0; }
  nav { display: none; }
  section { margin-top: 1.5rem; }
  h2 { break-after: avoid; }
  figure, .facts > div, tr { break-inside: avoid; }
  .table { overflow: visible; }
  .figures { grid-template-columns: repeat(auto-fit, minmax(5.2cm, 1fr)); gap: 0.4cm; }
}
`;

/** All that the page looks like, with the font in it (about 90 KB). */
export const styleSheet = (): string => fontFace('latin', 400) + fontFace('latin', 600) + fontFace('greek', 400) + fontFace('greek', 600) + css;
