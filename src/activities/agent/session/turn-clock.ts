/**
 * Makes a clock in milliseconds since 1970 that is read for the time since a turn's last record: it is the wall clock when it first
 * sees that record, and from there on the monotonic one, so that a wall clock that is set meanwhile spends no time of the turn.
 */
export function createTurnClock(): (heardAt: number | null) => number {
  let last: number | null | undefined;
  let offset = 0;
  return (heardAt) => {
    if (heardAt !== last) offset = Date.now() - performance.now();
    last = heardAt;
    return offset + performance.now();
  };
}
