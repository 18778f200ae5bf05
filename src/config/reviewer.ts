import { configOfKind } from './agent-kind.js';
import type { Config } from './config.js';
import type { FrontMatter } from './schema.js';
import { Acp, Command } from './schema.js';

export type Reviewer = NonNullable<FrontMatter['review']>['agents'][number];

/** The kind of agent that reviews. */
export function kindOfReviewer(
  { agent, run }: Pick<Reviewer, 'agent' | 'run'>,
  { kind }: Pick<FrontMatter['agent'], 'kind'>,
): string {
  return agent ?? (run === undefined ? kind : 'command');
}

/**
 * The configuration as the agent of a reviewer is to have it: of its kind, with its command line and its time. Nobody is
 * asked for a reviewer: what no rule of `agent.approvals` allows is refused.
 */
export function reviewerConfig(config: Config, reviewer: Reviewer): Config {
  const kind = kindOfReviewer(reviewer, config.agent);
  const { agent, ...rest } = configOfKind(config, kind);
  const approvals: Config['agent']['approvals'] = [...agent.approvals, { answer: 'deny' }];
  return { ...rest, agent: { ...agent, approvals }, ...sectionOf(config, kind, reviewer) };
}

function sectionOf(config: Config, kind: string, { run, timeout_ms }: Reviewer): Partial<Config> {
  const command = run === undefined ? {} : { command: run };
  switch (kind) {
    case 'codex':
      return { codex: { ...config.codex, ...command } };
    case 'claude':
      return { claude: { ...config.claude, ...command } };
    case 'acp':
      return { acp: Acp.parse({ ...config.acp, ...command }) };
    default:
      return { command: Command.parse({ ...config.command, ...(run !== undefined && { run }), timeout_ms }) };
  }
}
