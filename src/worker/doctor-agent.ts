import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Agent } from '../activities/agent/agent.js';
import { createAgent } from '../activities/agent/registry.js';
import { enclose } from '../activities/enclose.js';
import { ContainmentError } from '../activities/keeper/containment/probe.js';
import { childEnvironment, loginShell, withoutSecrets } from '../activities/keeper/environment.js';
import type { Config } from '../config/config.js';
import { dataDirectory, dataPaths } from '../config/paths.js';
import type { AgentProgram } from './agent-programs.js';
import { isOlder, programOf } from './agent-programs.js';
import type { Diagnosis } from './diagnosis.js';
import { bad, good, messageOf, note } from './diagnosis.js';
import { run } from './engine/run.js';

const patienceMs = 20_000;

/** Runs a script with the program's name as `$0`: what it prints, or why it failed. */
type Shell = (script: string, word: string) => Promise<{ output: string } | { problem: string }>;

/** Whether the agent is there, of which version, works in the sandbox that it will have, and is logged in there. */
export async function examineAgent(config: Config, env: NodeJS.ProcessEnv): Promise<Diagnosis[]> {
  let agent: Agent;
  try {
    agent = createAgent(config);
  } catch (error) {
    return [bad('agent', messageOf(error), 'choose another agent.kind')];
  }
  const { command, key, program } = programOf(config);
  const word = /^[^\s;|&<>()$`"'=]+(?=\s|$)/.exec(command)?.[0];
  // A relative path is looked up in the workspace, which is not there yet.
  if (word === undefined || word.startsWith('.')) return [good('agent', `\`${command}\`, run by bash`)];
  const host: Shell = (script, name) => tried(['bash', '-lc', script, name], env);
  const path = await host('command -v -- "$0"', word);
  if ('problem' in path) {
    const found = `\`${command}\`: bash finds no program ${word}`;
    return [bad('agent', found, `install it, or mend ${key} in ${config.file}`)];
  }
  // Nobody knows what another program does with such words.
  const known = program?.name === word.split('/').at(-1) ? program : null;
  const found = `\`${command}\` (${path.output})`;
  return [
    known === null ? good('agent', found) : examineVersion(known, found, await host('"$0" --version', word)),
    ...(await inSandbox(config, env, { agent, command, known, word, host })),
  ];
}

function examineVersion(
  { name, oldest }: AgentProgram,
  found: string,
  said: Awaited<ReturnType<Shell>>,
): Diagnosis {
  const remedy = `install ${name} ${oldest} or newer: what is needed of it was tried with that`;
  if ('problem' in said)
    return note('agent', `${found}, whose version cannot be found out: ${said.problem}`, remedy);
  const isOld = isOlder(said.output, oldest);
  if (isOld === null) return note('agent', `${found}, whose version cannot be read: ${said.output}`, remedy);
  return isOld
    ? note('agent', `${found}, ${said.output}, which is older than ${oldest}`, remedy)
    : good('agent', `${found}, ${said.output}`);
}

interface Found {
  agent: Agent;
  command: string;
  known: AgentProgram | null;
  word: string;
  host: Shell;
}

/** In a sandbox like that of a turn, with the login that a turn has. */
async function inSandbox(config: Config, env: NodeJS.ProcessEnv, found: Found): Promise<Diagnosis[]> {
  const { agent, command, known, word } = found;
  const folder = await mkdtemp(join(tmpdir(), 'continuo-doctor-'));
  const paths = dataPaths(dataDirectory(config.project, env));
  const passed = [...agent.credentials, ...withoutSecrets(config.agent.env, config)];
  const shell: Shell = async (script, name) => {
    const enclosed = await enclose({ env, paths }, config, {
      argv: [...loginShell(script, config), name],
      env: childEnvironment(env, passed, { TMPDIR: folder }),
      cwd: folder,
      temporary: folder,
      login: { command, home: join(folder, 'agent-home') },
    });
    return tried(enclosed.argv, enclosed.env);
  };
  try {
    const name = 'agent sandbox';
    const works = await shell(known === null ? 'command -v -- "$0"' : '"$0" --version', word);
    if ('problem' in works) {
      const remedy = `name what it needs in containment.readable or writable of ${config.file}`;
      return [bad(name, `${word} does not run: ${works.problem}`, remedy)];
    }
    return [good(name, `${word} runs`), ...(await examineLogin(env, shell, found))];
  } catch (error) {
    // That there is no such sandbox is said for itself.
    if (error instanceof ContainmentError) return [];
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function examineLogin(env: NodeJS.ProcessEnv, shell: Shell, found: Found): Promise<Diagnosis[]> {
  const { agent, known, word, host } = found;
  const name = 'login';
  const [apiKey] = agent.credentials;
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
