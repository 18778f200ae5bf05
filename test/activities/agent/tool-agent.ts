import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toolServer } from '../../../src/activities/agent/tool-server.js';
import { placesOf } from '../../../src/activities/attempt.js';
import type { Level } from '../../../src/activities/keeper/containment/containment.js';
import { generations } from '../../../src/activities/keeper/place.js';
import { until } from '../../support/engine.js';
import { TestHost } from './host.js';

const program = fileURLToPath(new URL('../../support/tool-agent.mjs', import.meta.url));

/** What the agent does; see `tool-agent.mjs`. */
export type AgentStep =
  { list: true } | { call: string; arguments: unknown } | { shell: string } | { wait: string };

/** What came of a step: the answer of the MCP server, or how a command ended. */
export interface StepResult {
  result?: { content?: { text: string }[]; isError?: boolean; tools?: { name: string }[] };
  error?: { message: string };
  status?: number;
  stdout?: string;
  stderr?: string;
}

/** The command line that starts the agent. */
export function toolAgentCommand(): string {
  const { command, args } = toolServer();
  return [command, program, command, ...args].join(' ');
}

/** A host whose agent calls tools by a script. */
export class ToolHost extends TestHost {
  constructor(
    steps: AgentStep[],
    containment: Level = 'none',
    env: NodeJS.ProcessEnv = process.env,
    more = '',
  ) {
    const sections = `agent: { kind: codex }\ncodex: { command: ${JSON.stringify(toolAgentCommand())} }\n${more}`;
    super(sections, 'Work on {{ issue.title }}.', env, { containment: `{ level: ${containment} }` });
    this.setSteps(steps);
  }

  setSteps(steps: AgentStep[]): void {
    writeFileSync(join(this.workspace, 'steps.json'), JSON.stringify(steps));
  }

  results(): StepResult[] {
    if (!existsSync(join(this.workspace, 'results.jsonl'))) return [];
    const lines = this.read('results.jsonl').trim().split('\n');
    return lines.map((line) => JSON.parse(line) as StepResult);
  }

  async untilPlayed(steps: number): Promise<void> {
    await until(() => this.results().length >= steps);
  }

  go(): void {
    writeFileSync(join(this.workspace, 'go'), '');
  }

  /** The generations of the one turn that was played. */
  generations(): string[] {
    const places = placesOf(this.runPath);
    return readdirSync(places).flatMap((name) => generations(join(places, name)));
  }
}
