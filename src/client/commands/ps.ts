import { existsSync } from 'node:fs';
import { dataDirectory, dataPaths } from '../../config/paths.js';
import type { DataPaths } from '../../config/paths.js';
import type { LiveProgram } from '../../worker/main.js';
import { findPrograms } from '../../worker/main.js';
import type { Invocation } from '../invocation.js';
import { openProject } from '../project.js';
import { renderTable } from '../table.js';
import { formatSpan } from '../time.js';

export interface PsOptions {
  /** The project's name, in place of its workflow file. */
  project?: string;
}

/** Lists the agents, checks and hooks of a project that run on this host. Needs neither engine nor worker. */
export async function listPrograms(invocation: Invocation, { project }: PsOptions): Promise<void> {
  const { out, json } = invocation;
  const { name, paths } = await findProject(invocation, project);
  const { running } = await findPrograms(paths);
  if (json) out.json(running.map((program) => ({ ...program, ageMs: ageOf(program) })));
  else if (!existsSync(paths.root)) {
    out.remark(
      `There is no data directory ${paths.root}: nothing was started for project ${name} here. Where it is another one, set CONTINUO_DATA.`,
    );
  } else if (running.length === 0) {
    out.remark(
      `No agent, check or hook of project ${name} runs on this host (data directory ${paths.root}). The tasks: continuo list`,
    );
  } else for (const line of renderTable(running, columns, out.width)) out.line(line);

  if (running.some(({ attached }) => attached === false)) {
    out.remark(
      'Those that wait end by their lease unless a worker comes: start one with `continuo up --detach`',
    );
  }
}

const columns = [
  { title: 'TASK', cell: ({ task }: LiveProgram) => task, flexible: true },
  { title: 'WHAT', cell: ({ kind, title }: LiveProgram) => (kind === 'agent' ? `agent, ${title}` : title) },
  { title: 'WORKER', cell: ({ attached }: LiveProgram) => attachment(attached) },
  { title: 'AGE', cell: (program: LiveProgram) => formatSpan(ageOf(program)) },
  { title: 'MEMORY', cell: ({ memoryBytes }: LiveProgram) => formatMemory(memoryBytes) },
  { title: 'PID', cell: ({ pid }: LiveProgram) => String(pid) },
];

async function findProject(
  invocation: Invocation,
  name: string | undefined,
): Promise<{ name: string; paths: DataPaths }> {
  if (name !== undefined) return { name, paths: dataPaths(dataDirectory(name, invocation.env)) };
  const { config, paths } = await openProject(invocation);
  return { name: config.project, paths };
}

function ageOf({ startedAt }: LiveProgram): number {
  return Math.max(Date.now() - Date.parse(startedAt), 0);
}

function attachment(attached: boolean | null): string {
  if (attached === null) return 'does not answer';
  return attached ? 'attached' : 'waits for one';
}

function formatMemory(bytes: number | null): string {
  return bytes === null ? '?' : `${Math.round(bytes / (1 << 20))} MB`;
}
