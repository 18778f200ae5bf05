import type { Agent } from '../activities/agent/agent.js';
import { createAgent } from '../activities/agent/registry.js';
import type { Config } from '../config/config.js';
import type { Diagnosis } from './diagnosis.js';
import { bad, good, messageOf } from './diagnosis.js';
import { run } from './engine/run.js';

/** How to find out about one kind of agent. */
interface Examination {
  /** The command line of the configuration, and its key. */
  command: string;
  key: string;
  /** For programs of this name: how to ask for the version, and whether somebody is logged in (by the exit code). */
  program?: string;
  login?: { words: string; remedy: string };
}

const patienceMs = 20_000;

function examinationOf({ agent, codex, claude, acp, command }: Config): Examination {
  switch (agent.kind) {
    case 'codex':
      return {
        command: codex.command,
        key: 'codex.command',
        program: 'codex',
        login: { words: 'login status', remedy: 'log in with `codex login`' },
      };
    case 'claude':
      return {
        command: claude.command,
        key: 'claude.command',
        program: 'claude',
        login: { words: 'auth status', remedy: 'log in with `claude auth login`' },
      };
    case 'acp':
      return { command: acp?.command ?? '', key: 'acp.command' };
    default:
      return { command: command?.run ?? '', key: 'command.run' };
  }
}

/** Whether the agent is there, of which version, and logged in. Its sandbox is the host's matter. */
export async function examineAgent(config: Config, env: NodeJS.ProcessEnv): Promise<Diagnosis[]> {
  const name = 'agent';
  let agent: Agent;
  try {
    agent = createAgent(config);
  } catch (error) {
    return [bad(name, messageOf(error), 'choose another agent.kind')];
  }
  const examination = examinationOf(config);
  const { command, key, program } = examination;
  const word = /^[^\s;|&<>()$`"'=]+(?=\s|$)/.exec(command)?.[0];
  // A relative path is looked up in the workspace, which is not there yet.
  if (word === undefined || word.startsWith('.')) return [good(name, `\`${command}\`, run by bash`)];
  const path = await tryShell('command -v -- "$0"', word, env);
  if (path === null) {
    const found = `\`${command}\`: bash finds no program ${word}`;
    return [bad(name, found, `install it, or mend ${key} in ${config.file}`)];
  }
  // Nobody knows what another program does with such words.
  if (program === undefined || word.split('/').at(-1) !== program)
    return [good(name, `\`${command}\` (${path})`)];
  const version = await tryShell('"$0" --version', word, env);
  const found = `\`${command}\` (${path}), ${version ?? 'whose version cannot be found out'}`;
  return [good(name, found), ...(await examineLogin(agent, examination, word, env))];
}

async function examineLogin(
  { credentials: [apiKey] }: Agent,
  { login }: Examination,
  program: string,
  env: NodeJS.ProcessEnv,
): Promise<Diagnosis[]> {
  const name = 'login';
  if (login === undefined) return [];
  // With `agent.auth: api_key`.
  if (apiKey !== undefined) {
    const isSet = (env[apiKey] ?? '') !== '';
    return [
      isSet
        ? good(name, `by ${apiKey}`)
        : bad(name, `${apiKey} is not set`, `set ${apiKey}, or use agent.auth: inherit`),
    ];
  }
  const status = await tryShell(`"$0" ${login.words}`, program, env);
  // A provider of one's own needs no login, and a key may come with agent.env.
  return [
    status === null
      ? {
          name,
          ok: true,
          found: 'nobody is logged in',
          remedy: `${login.remedy}, unless a provider of your own is configured`,
        }
      : good(name, 'logged in'),
  ];
}

/** What it prints, by the user's login shell; null when it fails. */
async function tryShell(script: string, word: string, env: NodeJS.ProcessEnv): Promise<string | null> {
  try {
    return (await run('bash', ['-lc', script, word], { env, timeoutMs: patienceMs })).trim();
  } catch {
    return null;
  }
}
