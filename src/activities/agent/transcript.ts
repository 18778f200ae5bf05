import { appendFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunTurnInput, TurnOutcome } from '../../workflows/ports.js';
import type { AgentEvent } from './agent.js';

const totalLimit = 32 * 1024 * 1024;
const turnLimit = 4 * 1024 * 1024;
const leastLimit = 64 * 1024;

/** The human-readable story of a task's turns, one file for its whole life, which only grows. */
export interface Transcript {
  file: string;
  /** Writes the header of a turn whose agent starts now, and what it starts with. */
  begin: (opening: AgentEvent) => Promise<void>;
  /** How much the agent may still print in this turn, in bytes. */
  room: () => Promise<number>;
  add: (event: AgentEvent) => Promise<void>;
  end: (outcome: TurnOutcome) => Promise<void>;
}

/**
 * The run directory's `transcript.log`. What cannot be written, on a full disk, is left out: no turn is
 * lost for its story.
 */
export function openTranscript(input: RunTurnInput): Transcript {
  const file = join(input.workspace.runPath, 'transcript.log');
  const write = (line: string) => appendFile(file, `${line}\n`, { mode: 0o600 }).catch(() => undefined);
  const attempt = input.attempt === null ? '' : `, attempt ${input.attempt}`;
  const title = `turn ${input.turn} of ${input.identifier}`;
  return {
    file,
    async begin(opening) {
      await write(`\n==== ${title} (round ${input.round}${attempt}) ${new Date().toISOString()}`);
      await write(describeEvent(opening));
    },
    room: async () => Math.max(Math.min(totalLimit - (await sizeOf(file)), turnLimit), leastLimit),
    add: (event) => write(describeEvent(event)),
    end: (outcome) => write(`\n==== ${title} ${describeOutcome(outcome)} ${new Date().toISOString()}`),
  };
}

/** In bytes; 0 for a file that is not there. */
export async function sizeOf(file: string): Promise<number> {
  return (await stat(file).catch(() => null))?.size ?? 0;
}

function describeEvent(event: AgentEvent): string {
  switch (event.type) {
    case 'message':
      return event.text;
    case 'tool':
      return `> ${event.name}: ${event.detail}`;
    case 'usage':
      return `> tokens: ${event.usage.totalTokens}`;
    case 'question':
      return `> question: ${event.question.text}`;
    case 'approval':
      return `> ${event.granted ? 'granted' : 'refused'}: ${event.action}`;
    case 'rate_limit':
      return `> rate limit until ${event.until}: ${event.message}`;
  }
}

function describeOutcome(outcome: TurnOutcome): string {
  switch (outcome.kind) {
    case 'completed':
      return `completed: ${outcome.summary}`;
    case 'failed':
      // The rest of the message repeats the output above.
      return `failed (${outcome.category}): ${outcome.message.split('\n')[0] ?? ''}`;
    case 'question':
      return 'asks a question';
    case 'quota':
      return `ended at the quota, which lasts until ${outcome.until}`;
  }
}
