import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { turnFaults } from '../../domain/failure.js';
import { writeWhole } from '../../config/atomic-write.js';
import type { TurnOutcome } from '../../workflows/ports.js';
import { ReportInput } from './report.js';

export const TurnUsage = z.object({
  inputTokens: z.number(),
  outputTokens: z.number(),
  totalTokens: z.number(),
  costUsd: z.number().nullable(),
  agentMs: z.number(),
});

const Facts = z.object({
  session: z.string().nullable(),
  usage: TurnUsage,
  wasCutOff: z.literal(true).exactOptional(),
  heard: z.array(z.string()).exactOptional(),
  report: ReportInput.exactOptional(),
});

const Answers = z.object({
  refuted: z.array(z.object({ id: z.string(), reason: z.string() })),
  problem: z.string().nullable(),
});

const Outcome = Facts.and(
  z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('completed'), summary: z.string(), answers: Answers.optional() }),
    z.object({
      kind: z.literal('failed'),
      // Of a record that another version has written.
      category: z.enum(turnFaults).catch('turn_failed'),
      message: z.string(),
    }),
    z.object({
      kind: z.literal('question'),
      question: z.object({ id: z.string(), text: z.string(), options: z.array(z.string()) }),
    }),
    z.object({ kind: z.literal('quota'), until: z.string(), message: z.string() }),
    z.object({ kind: z.literal('stopped') }),
    z.object({ kind: z.literal('limit'), message: z.string() }),
  ]),
) satisfies z.ZodType<TurnOutcome>;

const Begun = z.object({
  kind: z.literal('begun'),
  /** Where the words of the agent begin in the transcript, in bytes. */
  from: z.number(),
  /** Whether an agent that played this turn before was cut off. */
  interrupted: z.boolean(),
});
const Ended = z.object({ kind: z.literal('ended'), outcome: Outcome });

const Stored = z.object({ workflowRun: z.string(), progress: z.discriminatedUnion('kind', [Begun, Ended]) });

/** What a turn began with. */
export type Begun = Omit<z.infer<typeof Begun>, 'kind'>;

/** What is known of a turn: nothing, that it began and did not end, or how it ended. */
export type TurnProgress = { kind: 'new' } | z.infer<typeof Stored>['progress'];

export interface TurnRecord {
  read(): Promise<TurnProgress>;
  begin(begun: Begun): Promise<void>;
  end(outcome: TurnOutcome): Promise<void>;
}

/**
 * The record of one turn in the run directory: what makes a turn happen once, however often Temporal
 * asks for it. Key: workflow run and turn. An issue that is worked on anew begins with turn 1
 * again, in a workflow run of its own.
 */
export function turnRecord(runPath: string, workflowRun: string, turn: number): TurnRecord {
  const file = join(runPath, 'turns', `${turn}.json`);

  async function write(progress: z.infer<typeof Stored>['progress']): Promise<void> {
    await writeWhole(file, JSON.stringify({ workflowRun, progress }));
  }

  return {
    async read() {
      const stored = await readStored(file);
      return stored?.workflowRun === workflowRun ? stored.progress : { kind: 'new' };
    },
    begin: (begun) => write({ kind: 'begun', ...begun }),
    end: (outcome) => write({ kind: 'ended', outcome }),
  };
}

async function readStored(file: string): Promise<z.infer<typeof Stored> | null> {
  try {
    return Stored.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    // No record, or one of another version: the turn is played.
    return null;
  }
}
