import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeWhole } from '../../config/atomic-write.js';
import type { Report } from '../../domain/report.js';
import type { ToolCall } from '../keeper/calls.js';
import type { Tool } from '../tool.js';
import { defineTool, said } from '../tool.js';

export const reportTool = 'report';

const items = (what: string) => z.array(z.string().max(200)).max(20).default([]).describe(what);

export const ReportInput = z.object({
  done: items('What is done.'),
  next: items('What is left to do, in its order.'),
  notes: z.string().max(2_000).default('').describe('What the next one should know.'),
}) satisfies z.ZodType<Report>;

const Stored = z.object({ workflowRun: z.string(), report: ReportInput });

/** The newest report of one turn, a file in the run directory. */
export interface ReportFile {
  read(): Promise<Report | null>;
  write(report: Report): Promise<void>;
}

/** Key: workflow run and turn. */
export function reportFile(runPath: string, workflowRun: string, turn: number): ReportFile {
  const file = join(runPath, 'reports', `${turn}.json`);
  return {
    async read() {
      try {
        const stored = Stored.parse(JSON.parse(await readFile(file, 'utf8')));
        return stored.workflowRun === workflowRun ? stored.report : null;
      } catch {
        // None, or one of another version.
        return null;
      }
    },
    write: (report) => writeWhole(file, JSON.stringify({ workflowRun, report })),
  };
}

/** The same report again is the same file: nothing more is needed for a call that is repeated. */
export function reportToolOf(file: Pick<ReportFile, 'write'>): Tool {
  return defineTool({
    name: reportTool,
    description:
      'Report what is done and what is left. People see your newest report, and a session that goes on without your memory is told it. It does not end your turn.',
    input: ReportInput,
    async run(report) {
      await file.write(report);
      return said('reported');
    },
  });
}

/** The report that a call is about; null for calls of other tools, and for one that is refused. */
export function reportOf({ name, arguments: input }: ToolCall): Report | null {
  return name === reportTool ? (ReportInput.safeParse(input).data ?? null) : null;
}
