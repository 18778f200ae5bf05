import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The agents that tests can drive. */
export type AgentName = 'codex' | 'claude' | 'opencode';

/** The native program of an agent, or why there is none. */
export type AgentBinary = { kind: 'found'; path: string } | { kind: 'missing'; reason: string };

const installed = fileURLToPath(new URL('../node_modules', import.meta.url));
const here = `${process.platform}-${process.arch}`;

/** For each agent the folders of this machine's packages, the first that is there counts, and the program in it. */
const places: Record<AgentName, { folders: string[]; program: (folder: string) => string }> = {
  codex: {
    folders: [`@openai/codex-${here}`],
    program: (folder) => {
      // Named for the target that it was built for.
      const [target = ''] = readdirSync(join(folder, 'vendor'));
      return join(folder, 'vendor', target, 'bin', 'codex');
    },
  },
  claude: {
    folders: [`@anthropic-ai/claude-code-${here}`, `@anthropic-ai/claude-code-${here}-musl`],
    program: (folder) => join(folder, 'claude'),
  },
  opencode: { folders: [`opencode-${here}`], program: (folder) => join(folder, 'bin', 'opencode') },
};

/** Where the program of the agent is, by the folder of the installed packages. */
export function agentBinary(name: AgentName, packages = installed): AgentBinary {
  const { folders, program } = places[name];
  const folder = folders.map((each) => join(packages, each)).find((each) => existsSync(each));
  if (folder === undefined) {
    return {
      kind: 'missing',
      reason: `${folders.join(' or ')} is not installed; npm run test:agents does it`,
    };
  }
  const path = program(folder);
  return existsSync(path) ? { kind: 'found', path } : { kind: 'missing', reason: `there is no ${path}` };
}
