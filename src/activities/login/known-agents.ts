import { basename } from 'node:path';

/** A folder that an agent keeps things in. */
export interface AgentFolder {
  /** Relative to the home directory. */
  path: string;
  /** What a person has put there for the agent to heed, as globs for names: it sees them, and cannot change them. */
  settings: readonly string[];
  /** Logins that the agent renews by writing into the file itself, so that the file can be the person's own. */
  live: readonly string[];
}

export interface KnownAgent {
  folders: readonly AgentFolder[];
  /** The variable that moves the first folder, where it is set. */
  variable?: string;
  /** Files and folders in the home directory that it reads beside them; those of a folder that was moved are inside. */
  beside: readonly string[];
}

/** Agents whose logins and settings are known. What is in none of the lists is not shown to them. */
export const knownAgents: ReadonlyMap<string, KnownAgent> = new Map([
  [
    'claude',
    {
      folders: [
        {
          path: '.claude',
          settings: [
            ...['settings.json', 'settings.local.json', '.claude.json', 'CLAUDE.md', 'agents', 'commands'],
            ...['skills', 'hooks', 'scripts', 'plugins', 'rules', 'output-styles', 'workflows'],
          ],
          live: ['.credentials.json'],
        },
      ],
      variable: 'CLAUDE_CONFIG_DIR',
      beside: ['.claude.json'],
    },
  ],
  [
    'codex',
    {
      folders: [
        {
          path: '.codex',
          settings: [
            ...['config.toml', '*.config.toml', 'hooks.json', 'hooks', 'scripts', 'AGENTS.md'],
            ...['AGENTS.override.md', 'instructions.md', 'prompts', 'skills', 'rules', 'agents', 'plugins'],
          ],
          // Its login is lent: see codex-login.ts.
          live: [],
        },
      ],
      variable: 'CODEX_HOME',
      beside: [],
    },
  ],
  [
    'gemini',
    {
      folders: [
        {
          path: '.gemini',
          settings: [
            ...['settings.json', '.env', 'GEMINI.md', 'commands', 'extensions', 'skills', 'agents', 'hooks'],
            ...['policies', 'trustedFolders.json', 'google_accounts.json', 'installation_id'],
          ],
          live: ['oauth_creds.json'],
        },
      ],
      beside: [],
    },
  ],
  [
    'opencode',
    {
      folders: [
        { path: '.local/share/opencode', settings: [], live: ['auth.json'] },
        { path: '.local/state/opencode', settings: [], live: [] },
        {
          // It does not start where it cannot write there.
          path: '.config/opencode',
          settings: [
            ...['opencode.json', 'opencode.jsonc', 'config.json', 'AGENTS.md', 'tui.json', 'themes'],
            ...['agent', 'agents', 'command', 'commands', 'mode', 'modes', 'plugin', 'plugins'],
            ...['skill', 'skills', 'tool', 'tools'],
          ],
          live: [],
        },
      ],
      beside: [],
    },
  ],
]);

const assignment = /^[A-Za-z_]\w*=(?:"[^"]*"|'[^']*'|[^\s"'])*\s+/;

/** The first program of a shell command, as it stands there; variables that are set for it stand before it. */
export function firstProgram(command: string): string {
  let rest = command.trimStart();
  while (assignment.test(rest)) rest = rest.replace(assignment, '');
  return /^[^\s;|&<>()=]*/.exec(rest)?.[0] ?? '';
}

/** The known agent that a shell command begins with, by its name without its folder; null when it is none. */
export function agentOf(command: string): string | null {
  const name = basename(firstProgram(command));
  return knownAgents.has(name) ? name : null;
}
