// The table at the end, and the same for machines.

import { cpus, release, type } from 'node:os';
import { type Figure, isMet, shown } from './figure.ts';

/** What the figures were measured on. */
export function machine(): {
  readonly cpu: string;
  readonly cores: number;
  readonly os: string;
  readonly node: string;
} {
  const all = cpus();
  return { cpu: all[0]?.model ?? 'unknown', cores: all.length, os: `${type()} ${release()}`, node: process.version };
}

function targetText(figure: Figure): string {
  if (figure.kind === 'not_yet' || !figure.target) return '';
  return 'least' in figure.target
    ? `>= ${figure.target.least} ${figure.unit}`
    : `< ${figure.target.below} ${figure.unit}`;
}

function verdict(figure: Figure): string {
  if (figure.kind === 'not_yet') return 'not applicable yet';
  return { true: 'met', false: 'NOT MET', undefined: 'for information' }[String(isMet(figure))] ?? '';
}

/** The figures as lines: name, value, target, verdict, and a line of detail below. */
export function table(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => ({
    cells: [
      figure.name,
      figure.kind === 'measured' ? `${shown(figure.value)} ${figure.unit}` : '',
      targetText(figure),
      verdict(figure),
    ],
    detail: figure.kind === 'measured' ? figure.note : figure.because,
  }));
  const head = ['figure', 'measured', 'target', 'verdict'];
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map(({ cells }) => cells[i]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (i === 1 ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  return [
    line(head),
    line(widths.map((width) => '-'.repeat(width))),
    ...rows.flatMap(({ cells, detail }) => [line(cells), ...(detail ? [`    ${detail}`] : [])]),
  ].join('\n');
}

/** The same as JSON text. `at`: when it was measured. */
export function json(figures: readonly Figure[], at: Date): string {
  const judged = figures.map((figure) => ({ ...figure, met: isMet(figure) ?? null }));
  return `${JSON.stringify({ at: at.toISOString(), machine: machine(), figures: judged }, null, 2)}\n`;
}
