import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentName } from './binary.js';
import { agentBinary } from './binary.js';
import { agentVariables } from './home.js';

export type LiveKind = Exclude<AgentName, 'opencode'>;

/** Real agents of a workflow file, in their sandbox, which ask one model and nobody else. */
export interface RealAgents {
  /** The sections of the front matter that say who works. */
  sections: string;
  /** What `continuo up` needs for them in its environment. */
  variables: Record<string, string>;
  remove(): void;
}

const programs: Record<LiveKind, (binary: string) => string> = {
  codex: (binary) => `codex: { command: ${JSON.stringify(`${binary} app-server`)}, read_timeout_ms: 100000 }`,
  claude: (binary) => `claude: { command: ${JSON.stringify(binary)}, read_timeout_ms: 100000 }`,
};

/** The first of the kinds works. `settings`: more of the section `agent`, in YAML's flow style. */
export function realAgents(
  [kind, ...others]: [LiveKind, ...LiveKind[]],
  port: number,
  settings: string[] = [],
): RealAgents {
  // Not in the folder for temporary files: Codex has no sandbox there.
  const home = realpathSync(mkdtempSync(join(process.cwd(), 'node_modules', '.agents-live-')));
  const kinds = [kind, ...others];
  const variables = Object.fromEntries(
    kinds.flatMap((name) => Object.entries(agentVariables(name, home, port))),
  );
  const agent = [`kind: ${kind}`, ...settings, `env: [${Object.keys(variables).join(', ')}]`];
  const commands = kinds.map((name) => {
    const binary = agentBinary(name);
    return programs[name](binary.kind === 'found' ? binary.path : '');
  });
  return {
    sections: `agent: { ${agent.join(', ')} }
${commands.join('\n')}
containment: { host_ports: [${port}], readable: [${JSON.stringify(process.cwd())}] }`,
    variables,
    remove: () => rmSync(home, { recursive: true, force: true, maxRetries: 5 }),
  };
}
