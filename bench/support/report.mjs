import { median } from './statistics.mjs';

/** A figure without a floor. `limit` is `{ most }`, `{ least }` or `{ under }`; one without any has no aim. */
export function figure({ name, unit, value, limit = {}, detail = {} }) {
  return { name, unit, value, floor: null, limit, met: isMet(value, limit), detail };
}

/** A figure whose aim is for itself, with a floor beside it that tells what the machine is worth. */
export function beside({ floor, ...own }) {
  return { ...figure(own), floor };
}

/**
 * A figure beside its floor, of the values that `alternate` gives. What counts is the median of the ratios
 * of each round: its two sides met about the same machine.
 */
export function comparison({ name, unit, values, limit = {}, detail = {} }) {
  const { subject, floor } = values;
  const ratio = median(subject.map((value, round) => value / floor[round]));
  const medians = { value: median(subject), floor: median(floor) };
  return {
    name,
    unit,
    ...medians,
    ratio,
    limit,
    met: isMet(ratio, limit),
    detail: { ...values, ...detail },
  };
}

function isMet(value, { most = Infinity, least = -Infinity, under = Infinity }) {
  return value <= most && value >= least && value < under;
}

export function table(figures) {
  const rows = figures.map(({ name, unit, value, floor, ratio, limit, met }) => [
    name,
    `${number(value)} ${unit}`,
    floor === null ? '-' : `${number(floor)} ${unit}`,
    floor === null ? '-' : `${(ratio ?? value / floor).toFixed(2)} times`,
    aim(limit),
    verdict(limit, met),
  ]);
  const all = [['figure', 'measured', 'floor', 'ratio', 'aim', ''], ...rows];
  const widths = all[0].map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const lines = all.map((row) => row.map((cell, column) => cell.padEnd(widths[column])).join('  '));
  return lines.map((line) => line.trimEnd()).join('\n');
}

function aim({ most, least, under }) {
  if (most !== undefined) return `at most ${number(most)}`;
  if (least === undefined && under === undefined) return '-';
  return least === undefined ? `under ${number(under)}` : `at least ${least}`;
}

function verdict(limit, met) {
  if (Object.keys(limit).length === 0) return '';
  return met ? 'met' : 'missed';
}

function number(value) {
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}
