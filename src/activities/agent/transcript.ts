import { join } from 'node:path';
import type { RunTurnInput, TurnOutcome } from '../../workflows/ports.js';
import type { AgentEvent } from './agent.js';
import type { EventLog } from './event-log.js';
import { describeEvent, openEventLog } from './event-log.js';

/** The human-readable story of a task's turns, one file for its whole life: the run directory's `transcript.log`. */
export interface Transcript extends EventLog {
  /** Writes the header of a turn whose agent starts now, and what it starts with. */
  begin: (opening: AgentEvent) => Promise<void>;
  end: (outcome: TurnOutcome) => Promise<void>;
}

export function openTranscript(input: RunTurnInput): Transcript {
  const log = openEventLog(join(input.workspace.runPath, 'transcript.log'));
  const { write } = log;
  const attempt = input.attempt === null ? '' : `, attempt ${input.attempt}`;
  const title = `turn ${input.turn} of ${input.identifier}`;
  return {
    ...log,
    async begin(opening) {
      await write(`\n==== ${title} (round ${input.round}${attempt}) ${new Date().toISOString()}`);
      await write(describeEvent(opening));
    },
    end: (outcome) => write(`\n==== ${title} ${describeOutcome(outcome)} ${new Date().toISOString()}`),
  };
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
    case 'stopped':
      return 'was ended';
    case 'limit':
      return `ended at its limit: ${outcome.message}`;
    case 'quota':
      return `ended at the quota, which lasts until ${outcome.until}`;
  }
}
