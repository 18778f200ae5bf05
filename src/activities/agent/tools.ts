import type { Config } from '../../config/config.js';
import type { Issue } from '../../domain/issue.js';
import type { HostDeps } from '../host.js';
import { openTracker } from '../tracker/registry.js';
import { refused } from '../tool.js';
import type { AgentTools } from './agent.js';
import { askHuman, askTool } from './ask.js';
import type { ReportFile } from './report.js';
import { reportToolOf } from './report.js';

/** What a turn's tools are about; the configuration is the one that the turn began with. */
export interface ToolsContext {
  deps: Pick<HostDeps, 'paths' | 'env'>;
  config: Config;
  issue: Issue;
  runPath: string;
  report: ReportFile;
}

/** What an agent of a task may call: ours, and those of the tracker that its issue comes from. */
export function agentTools({ deps, config, issue, runPath, report }: ToolsContext): AgentTools {
  const ofTracker =
    issue.source === 'tracker' ? (openTracker(config, deps).tools?.({ issue, runPath }) ?? []) : [];
  const tools = [askHuman, reportToolOf(report), ...ofTracker];
  return {
    declared: tools.map(({ declaration }) => declaration),
    async call({ name, arguments: input }, key) {
      if (name === askTool) return null;
      const tool = tools.find(({ declaration }) => declaration.name === name);
      return tool === undefined ? refused(`there is no tool "${name}"`) : tool.call(input, key);
    },
  };
}
