/** Days as people of a time zone (a name of IANA) have them: an hour shorter or longer when their clocks change. */

/** No day is as long as this. */
const beyondAnyDayMs = 27 * 3_600_000;

/** The date at a time in milliseconds since 1970, as `2026-01-31`. */
export function dateAt(timeZone: string, ms: number): string {
  return datesIn(timeZone)(ms);
}

/** When the next day begins, in milliseconds since 1970. */
export function nextDay(timeZone: string, now: number): number {
  const dateOf = datesIn(timeZone);
  const today = dateOf(now);
  let [last, next] = [now, now + beyondAnyDayMs];
  while (next - last > 1) {
    const middle = Math.floor((last + next) / 2);
    if (dateOf(middle) === today) last = middle;
    else next = middle;
  }
  return next;
}

export function isTimeZone(name: string): boolean {
  try {
    datesIn(name);
    // Some engines take offsets such as +01:00 as well, which are no zones.
    return /^[A-Za-z]/.test(name);
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function datesIn(timeZone: string): (ms: number) => string {
  const digits = { year: 'numeric', month: '2-digit', day: '2-digit' } as const;
  const format = new Intl.DateTimeFormat('en-US', { timeZone, ...digits });
  return (ms) => {
    const part = (wanted: keyof typeof digits) =>
      format.formatToParts(ms).find(({ type }) => type === wanted)?.value ?? '';
    return `${part('year')}-${part('month')}-${part('day')}`;
  };
}
