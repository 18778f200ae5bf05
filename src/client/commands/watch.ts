import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine } from '../engine.js';
import { withEngine } from '../engine.js';
import type { Invocation } from '../invocation.js';
import { changeLine, openChanges } from '../watch/changes.js';
import { renderFrame } from '../watch/frame.js';
import type { View } from '../watch/look.js';
import { openView } from '../watch/look.js';
import { openScreen } from '../watch/screen.js';
import { listenForStop } from '../watch/stop.js';

export interface WatchOptions {
  /** Seconds from one look to the next. */
  interval: number;
}

/**
 * Follows the open tasks of a project until `q` or Ctrl-C: as a table on a terminal, which stays when it
 * ends, else as a line for each change.
 */
export async function watchTasks(invocation: Invocation, { interval }: WatchOptions): Promise<void> {
  const { out, json, env, stdin } = invocation;
  // A terminal that does not tell its width cannot be drawn on.
  const drawn = out.isTerminal && Number.isFinite(out.width) && env.TERM !== 'dumb' && !json;
  await withEngine(invocation, async (engine) => {
    const stop = listenForStop(stdin, drawn);
    const look = openView(engine);
    try {
      if (drawn) await draw(invocation, engine, look, interval, stop.signal);
      else await tell(invocation, look, interval, stop.signal);
    } finally {
      stop.release();
    }
  });
}

/** Of a terminal that does not tell. */
const usualHeight = 24;

type Look = () => Promise<View>;

async function draw(
  { out, stdout }: Invocation,
  { project }: Engine,
  look: Look,
  interval: number,
  signal: AbortSignal,
): Promise<void> {
  const screen = openScreen(stdout);
  let view: View = { tasks: [], remark: 'Looking …' };
  const redraw = () => {
    const { columns: width = out.width, rows: height = usualHeight } = stdout;
    screen.draw(renderFrame(view, { project, colors: out.colors, width, height, now: Date.now() }));
  };
  stdout.on('resize', redraw);
  try {
    redraw();
    await repeat(interval, signal, look, (seen) => {
      view = seen;
      redraw();
    });
  } finally {
    stdout.off('resize', redraw);
    screen.close();
  }
}

async function tell(
  { out, json }: Invocation,
  look: Look,
  interval: number,
  signal: AbortSignal,
): Promise<void> {
  const changed = openChanges();
  let remarked: string | null = null;
  await repeat(interval, signal, look, ({ tasks, remark }) => {
    if (remark !== null && remark !== remarked) out.remark(remark);
    remarked = remark;
    const at = new Date().toISOString();
    for (const task of changed(tasks)) {
      out.line(json ? JSON.stringify({ at, ...task }) : changeLine(task, at));
    }
  });
}

async function repeat(
  seconds: number,
  signal: AbortSignal,
  look: Look,
  show: (view: View) => void,
): Promise<void> {
  while (!signal.aborted) {
    const view = await unlessAborted(look(), signal);
    if (view === null) return;
    show(view);
    await sleep(seconds * 1_000, undefined, { signal }).catch(() => undefined);
  }
}

/** Null when there is no more interest in the work: a look may take seconds, and who quits does not wait. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const stop = () => resolve(null);
    signal.addEventListener('abort', stop, { once: true });
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
