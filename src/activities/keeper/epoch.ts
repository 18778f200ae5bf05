/**
 * Orders the attempts of all activities: a later one is higher, and a keeper obeys the highest alone.
 * By the server's clock, because a worker's own may be wrong; two attempts within a millisecond differ by number.
 */
export function epochOf(info: { currentAttemptScheduledTimestampMs: number; attempt: number }): number {
  return info.currentAttemptScheduledTimestampMs * 100 + (info.attempt % 100);
}
