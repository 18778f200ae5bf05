import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAgent } from '../activities/agent/registry.js';
import { enclose } from '../activities/enclose.js';
import { ContainmentError } from '../activities/keeper/containment/probe.js';
import { childEnvironment, loginShell, withoutSecrets } from '../activities/keeper/environment.js';
import type { Config } from '../config/config.js';
import { dataDirectory, dataPaths } from '../config/paths.js';
import type { AgentInUse, AgentProgram } from './agent-programs.js';
import { agentsInUse, isOlder } from './agent-programs.js';
import type { Diagnosis } from './diagnosis.js';
import { bad, good, messageOf, note } from './diagnosis.js';
import { run } from './engine/run.js';

const patienceMs = 20_000;

/** Runs a script with the program's name as `$0`: what it prints, or why it failed. */
type Shell = (script: string, word: string) => Promise<{ output: string } | { problem: string }>;

/**
 * Whether each agent is there, of which version, works in the sandbox that it will have, and is logged in there. One after
 * the other: two may have the same login.
 */
export async function examineAgents(config: Config, env: NodeJS.ProcessEnv): Promise<Diagnosis[]> {
  const found: Diagnosis[] = [];
  for (const agent of agentsInUse(config)) found.push(...(await examineAgent(agent, env)));
  return found;
}

async function examineAgent(examined: AgentInUse, env: NodeJS.ProcessEnv): Promise<Diagnosis[]> {
  const { name, command, key, program, config } = examined;
  const word = /^[^\s;|&<>()$`"'=]+(?=\s|$)/.exec(command)?.[0];
  // A relative path is looked up in the workspace, which is not there yet.
  if (word === undefined || word.startsWith('.')) return [good(name, `\`${command}\`, run by bash`)];
  const host: Shell = (script, named) => tried(['bash', '-lc', script, named], env);
  const path = await host('command -v -- "$0"', word);
  if ('problem' in path) {
    const found = `\`${command}\`: bash finds no program ${word}`;
    const mend = `mend ${key} in ${config.file}`;
    // Agents are started by a login shell, which may set another PATH.
    const here = await tried(['bash', '-c', 'command -v -- "$0"', word], env);
    return 'problem' in here
      ? [bad(name, found, `install it, or ${mend}`)]
      : [bad(name, `${found} as a login shell`, `set PATH in ~/.profile, or ${mend}: ${here.output}`)];
  }
  // Nobody knows what another program does with such words.
  const known = program?.name === word.split('/').at(-1) ? program : null;
  const found = `\`${command}\` (${path.output})`;
  if (known === null)
    return [good(name, found), ...(await inSandbox(env, { ...examined, known, word, host }))];
  const version = await host('"$0" --version', word);
  const examination = examineVersion(name, known, found, version);
  // What does not run here does not run in a sandbox either.
  if ('problem' in version) return [examination];
  return [examination, ...(await inSandbox(env, { ...examined, known, word, host }))];
}

function examineVersion(
  name: string,
  { name: program, oldest }: AgentProgram,
  found: string,
  said: Awaited<ReturnType<Shell>>,
): Diagnosis {
  const remedy = `install ${program} ${oldest} or newer: what is needed of it was tried with that`;
  if ('problem' in said) return bad(name, `${found} does not run: ${said.problem}`, remedy);
  const isOld = isOlder(said.output, oldest);
  if (isOld === null) return note(name, `${found}, whose version cannot be read: ${said.output}`, remedy);
  return isOld
    ? note(name, `${found}, ${said.output}, which is older than ${oldest}`, remedy)
    : good(name, `${found}, ${said.output}`);
}

interface Found extends AgentInUse {
  /** Its program, where that is what the command line does begin with. */
  known: AgentProgram | null;
  word: string;
  host: Shell;
}

/** In a sandbox like that of a turn, with the login that a turn has. */
async function inSandbox(env: NodeJS.ProcessEnv, found: Found): Promise<Diagnosis[]> {
  const { config, command, known, word } = found;
  const { credentials } = createAgent(config);
  const folder = await mkdtemp(join(tmpdir(), 'continuo-doctor-'));
  const paths = dataPaths(dataDirectory(config.project, env));
  const passed = [...credentials, ...withoutSecrets(config.agent.env, config)];
  const shell: Shell = async (script, program) => {
    const enclosed = await enclose({ env, paths }, config, {
      argv: [...loginShell(script, config), program],
      env: childEnvironment(env, passed, { TMPDIR: folder }),
      cwd: folder,
      temporary: folder,
      login: { command, home: join(folder, 'agent-home') },
    });
    return tried(enclosed.argv, enclosed.env);
  };
  try {
    const name = `${found.name} sandbox`;
    const works = await shell(known === null ? 'command -v -- "$0"' : '"$0" --version', word);
    if ('problem' in works) {
      const remedy = `name what it needs in containment.readable or writable of ${config.file}`;
      return [bad(name, `${word} does not run: ${works.problem}`, remedy)];
    }
    return [good(name, `${word} runs`), ...(await examineLogin(env, shell, credentials, found))];
  } catch (error) {
    // That there is no such sandbox is said for itself.
    if (error instanceof ContainmentError) return [];
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function examineLogin(
  env: NodeJS.ProcessEnv,
  shell: Shell,
  [apiKey]: readonly string[],
  { name: whose, known, word, host }: Found,
): Promise<Diagnosis[]> {
  const name = whose === 'agent' ? 'login' : `${whose} login`;
  // With `agent.auth: api_key`.
  if (apiKey !== undefined) {
    const isSet = (env[apiKey] ?? '') !== '';
    return [
      isSet
        ? good(name, `by ${apiKey}`)
        : bad(name, `${apiKey} is not set`, `set ${apiKey}, or use agent.auth: inherit`),
    ];
  }
  if (known?.login === undefined) return [];
  const ask = `"$0" ${known.login.words}`;
  if ('output' in (await shell(ask, word))) return [good(name, 'logged in')];
  const { remedy } = known.login;
  // A provider of one's own needs no login, and a key may come with agent.env.
  return 'output' in (await host(ask, word))
    ? [note(name, 'logged in, but not in the sandbox', `keep the login in a file: ${remedy}`)]
    : [note(name, 'nobody is logged in', `${remedy}, unless a provider of your own is configured`)];
}

async function tried(argv: string[], env: NodeJS.ProcessEnv): ReturnType<Shell> {
  const [program = '', ...args] = argv;
  try {
    return { output: (await run(program, args, { env, timeoutMs: patienceMs })).trim() };
  } catch (error) {
    return { problem: messageOf(error) };
  }
}
