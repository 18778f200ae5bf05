import type { Waiting } from '../domain/waiting.js';
import { statusQuery } from '../workflows/messages.js';
import type { Engine } from './engine.js';
import type { TaskRecord } from './task-record.js';
import { queryTask } from './task-status.js';

/** A wait that is known to end by itself. */
export interface TimedWait {
  /** What is waited for, in a few words. */
  what: string;
  /** RFC 3339. */
  until: string;
}

/** Waits of these kinds may have an end. */
const timedKinds: readonly string[] = ['slot', 'backoff', 'base', 'retry'] satisfies Waiting['kind'][];
/** Asked at the same time. */
const atOnce = 10;

/** Until when tasks wait, by identifier. Only the tasks themselves know, so it takes a worker; without one it is empty. */
export async function findWaits(
  engine: Engine,
  records: readonly TaskRecord[],
): Promise<ReadonlyMap<string, TimedWait>> {
  const waits = new Map<string, TimedWait>();
  const asked = records.filter(({ waitingFor }) => waitingFor !== null && timedKinds.includes(waitingFor));
  for (let next = 0; next < asked.length; next += atOnce) {
    const answers = await Promise.all(
      asked.slice(next, next + atOnce).map(async ({ identifier }) => {
        const status = await queryTask(engine, identifier, statusQuery);
        const wait = status?.waiting ? timedWait(status.waiting) : null;
        if (wait !== null) waits.set(identifier, wait);
        return status;
      }),
    );
    if (answers.every((status) => status === null)) break;
  }
  return waits;
}

function timedWait(waiting: Waiting): TimedWait | null {
  switch (waiting.kind) {
    case 'slot': {
      const { until = null, spent } = waiting.held ?? {};
      return until === null ? null : { what: spent ? `budget of the ${spent.scope}` : 'quota', until };
    }
    case 'backoff':
    case 'base':
    case 'retry':
      return { what: waiting.kind, until: waiting.until };
    default:
      return null;
  }
}
