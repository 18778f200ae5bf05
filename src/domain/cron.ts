const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

interface Field {
  least: number;
  most: number;
  /** What may stand for a number, the first one for `least`. */
  names: readonly string[];
}

/** Minute, hour, day of the month, month, day of the week; 7 is Sunday as well. */
const fields: readonly Field[] = [
  { least: 0, most: 59, names: [] },
  { least: 0, most: 23, names: [] },
  { least: 1, most: 31, names: [] },
  { least: 1, most: 12, names: months },
  { least: 0, most: 7, names: days },
];

const shorthands = ['@hourly', '@daily', '@midnight', '@weekly', '@monthly', '@yearly', '@annually'];

/** Whether the text is a cron expression of five fields, or one of the usual names for them. */
export function isCron(text: string): boolean {
  if (shorthands.includes(text)) return true;
  const parts = text.split(/\s+/);
  return parts.length === fields.length && fields.every((field, index) => isList(field, parts[index] ?? ''));
}

function isList(field: Field, text: string): boolean {
  return text.split(',').every((part) => {
    const [, from = '', to, step] = /^([^-/]+)(?:-([^-/]+))?(?:\/([^-/]+))?$/.exec(part) ?? [];
    if (step !== undefined && !isNumber(step, 1, field.most)) return false;
    if (from === '*') return to === undefined;
    const first = valueOf(field, from);
    const last = to === undefined ? first : valueOf(field, to);
    return first !== null && last !== null && first <= last;
  });
}

function valueOf({ least, most, names }: Field, text: string): number | null {
  const named = names.indexOf(text.toLowerCase());
  if (named >= 0) return named + least;
  return isNumber(text, least, most) ? Number(text) : null;
}

function isNumber(text: string, least: number, most: number): boolean {
  return /^\d{1,2}$/.test(text) && Number(text) >= least && Number(text) <= most;
}
