const units = [
  { suffix: 'd', ms: 86_400_000 },
  { suffix: 'h', ms: 3_600_000 },
  { suffix: 'min', ms: 60_000 },
  { suffix: 's', ms: 1_000 },
];

/** A span in its two largest units: `3 d 4 h`, `2 min 5 s`, `0 s`. */
export function formatSpan(ms: number): string {
  let rest = Math.max(ms, 0);
  const first = units.findIndex((unit) => rest >= unit.ms);
  if (first === -1) return '0 s';
  const parts: string[] = [];
  for (const unit of units.slice(first, first + 2)) {
    const count = Math.floor(rest / unit.ms);
    if (count > 0) parts.push(`${count} ${unit.suffix}`);
    rest -= count * unit.ms;
  }
  return parts.join(' ');
}

/** A span in its largest unit: `3 d`, `2 min`. */
export function formatRoughly(ms: number): string {
  return formatSpan(ms).split(' ').slice(0, 2).join(' ');
}

/** Seconds with one decimal, as checks are timed. */
export function formatSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** An RFC 3339 time as `2026-01-31 13:05:09`, in local time. */
export function formatTime(at: string): string {
  const time = new Date(at);
  if (Number.isNaN(time.getTime())) return at;
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}
