import { stat } from 'node:fs/promises';
import type { TurnProgress } from '../../domain/progress.js';
import type { TurnUsage } from '../../domain/usage.js';
import { readTail } from '../keeper/tail.js';
import type { Redact } from '../redact.js';
import type { Emit } from './agent.js';
import { describeEvent } from './event-log.js';

type Shown = TurnProgress['events'][number];

/** What heartbeats carry of a turn, so that people see it without the transcript. */
export interface Progress {
  take: Emit;
  spent: (usage: TurnUsage) => void;
  /** An agent that tells no events prints to this file, its own words from this byte on. */
  printsTo: (file: string, from: number) => void;
  /** What is known of it, a moment ago: it is looked for again each time that it is asked for. */
  shown: () => TurnProgress;
}

const mostEvents = 5;
const longestText = 300;

/** Nothing of it leaves this host that is not redacted. `failed` is told why it could not be found out. */
export function openProgress(
  { turn, session }: Pick<TurnProgress, 'turn' | 'session'>,
  redact: Redact,
  failed: (error: unknown) => void,
): Progress {
  let events: Shown[] = [];
  let message: string | null = null;
  let usage: TurnUsage | null = null;
  let running = session;
  let output: { file: string; from: number } | null = null;
  let latest: TurnProgress = { turn, session, events: [], lastMessage: null, usage: null };
  let looking: Promise<void> | null = null;

  async function look(): Promise<void> {
    const told = events.length === 0 && output !== null ? await printed(output.file, output.from) : events;
    // Each is one line, so that all can be redacted together.
    const lines = [message ?? '', ...told.map(({ text }) => text)];
    const [lastMessage = '', ...texts] = (await redact(lines.join('\n'))).split('\n');
    latest = {
      turn,
      session: running,
      usage,
      events: told.map((event, index) => ({ ...event, text: texts[index] ?? '' })),
      lastMessage: message === null ? null : lastMessage,
    };
  }

  return {
    take(told) {
      for (const { event } of told) {
        if (event.type === 'session') running = event.id;
        if (event.type === 'usage') usage = event.usage;
        if (event.type === 'message') message = oneLine(event.text);
      }
      const news = told.filter(({ event }) => event.type !== 'usage').slice(-mostEvents);
      const shown = news.map(({ at, event }) => ({
        at: new Date(at).toISOString(),
        type: event.type,
        text: oneLine(describeEvent(event).replace(/^> /, '')),
      }));
      events = [...events, ...shown].slice(-mostEvents);
      return Promise.resolve();
    },
    spent(now) {
      usage = now;
    },
    printsTo(file, from) {
      output = { file, from };
    },
    shown() {
      looking ??= look()
        .catch(failed)
        .finally(() => {
          looking = null;
        });
      return latest;
    },
  };
}

async function printed(file: string, from: number): Promise<Shown[]> {
  const tail = await readTail(file, { lines: mostEvents, bytes: mostEvents * longestText }, from);
  const changed = await stat(file).catch(() => null);
  const lines = tail.split('\n').filter((line) => line.trim() !== '');
  const at = (changed?.mtime ?? new Date()).toISOString();
  return lines.map((line) => ({ at, type: 'output', text: oneLine(line) }));
}

function oneLine(text: string): string {
  const line = text
    .slice(0, 4 * longestText)
    .replace(/\s+/g, ' ')
    .trim();
  return line.length > longestText ? `${line.slice(0, longestText)}…` : line;
}
