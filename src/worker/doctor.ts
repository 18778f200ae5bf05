import { delimiter } from 'node:path';
import { adviceOf, describeContainment } from '../activities/keeper/containment/describe.js';
import { findProgram as findExecutable } from '../activities/keeper/containment/find-program.js';
import { ContainmentError, probeContainment } from '../activities/keeper/containment/probe.js';
import type { Config } from '../config/config.js';
import { namedConnection } from '../config/connection.js';
import { findWorkflowFile } from '../config/discover.js';
import { ConfigError } from '../config/errors.js';
import { lastGood } from '../config/last-good.js';
import { loadConfig } from '../config/load.js';
import { dataDirectory, dataPaths } from '../config/paths.js';
import { promptProblem } from '../config/prompt-problem.js';
import { settingsWithoutEffect } from '../config/without-effect.js';
import type { Diagnosis } from './diagnosis.js';
export type { Diagnosis } from './diagnosis.js';
import { bad, good, messageOf, note } from './diagnosis.js';
import { examineAgents } from './doctor-agent.js';
import { examineForge } from './doctor-forge.js';
import { examineGitHub } from './doctor-github.js';
import type { Tried } from './engine/binary.js';
import { findInstalled } from './engine/binary.js';
import { isHealthy } from './engine/health.js';
import { temporal } from './engine/programs.js';
import { run } from './engine/run.js';
import type { Place } from './host.js';
import { findPrograms } from './keepers.js';
import { hooksOutside } from './sandbox.js';

/** Examines everything that `continuo up` needs, and changes nothing but a login that has to be renewed. */
export async function diagnose(place: Place): Promise<Diagnosis[]> {
  const { env } = place;
  const host = await Promise.all([examineEngine(env), examineGit(env), examineProgram('bash', env)]);
  const lock = process.platform === 'linux' ? [await examineProgram('flock', env)] : [];
  return [...host, ...lock, ...(await examineProject(place))];
}

async function examineEngine(env: NodeJS.ProcessEnv): Promise<Diagnosis> {
  const named = namedConnection(env);
  if (named !== null) {
    const { address, namespace, connectionOptions } = named;
    return (await isHealthy(connectionOptions, namespace))
      ? good('engine', `the server on ${address}, namespace ${namespace}`)
      : bad(
          'engine',
          `nothing answers on ${address} for namespace ${namespace}`,
          'start that server, or unset TEMPORAL_ADDRESS to use the embedded one',
        );
  }
  const tried: Tried[] = [];
  const found = await findInstalled(temporal, env, tried);
  if (found !== null) return good('engine', `temporal ${found.version ?? ''} (${found.from}: ${found.path})`);
  const nothing = tried.map(({ place, reason }) => `${place}: ${reason}`).join('; ');
  if (env.CONTINUO_DOWNLOAD === 'never') {
    return bad('engine', nothing, 'install the Temporal CLI (https://docs.temporal.io/cli#install)');
  }
  return good('engine', `not here yet (${nothing}); the first \`continuo up\` downloads it`);
}

const oldestGit = [2, 38] as const;

async function examineGit(env: NodeJS.ProcessEnv): Promise<Diagnosis> {
  const remedy = `install git ${oldestGit.join('.')} or newer`;
  try {
    const version = /(\d+)\.(\d+)[\d.]*/.exec(await run('git', ['--version'], { env }));
    const [text = 'unknown', major, minor] = version ?? [];
    const enough =
      Number(major) > oldestGit[0] || (Number(major) === oldestGit[0] && Number(minor) >= oldestGit[1]);
    return enough ? good('git', text) : bad('git', text, remedy);
  } catch (error) {
    return bad('git', messageOf(error), remedy);
  }
}

async function examineProgram(name: string, env: NodeJS.ProcessEnv): Promise<Diagnosis> {
  const path = findExecutable(name, process.cwd(), env.PATH);
  return Promise.resolve(
    path === null
      ? bad(name, `not on PATH (${env.PATH?.split(delimiter).length ?? 0} folders)`, `install ${name}`)
      : good(name, path),
  );
}

async function examineProject({ workflow, cwd, env }: Place): Promise<Diagnosis[]> {
  let config: Config;
  try {
    const file = await findWorkflowFile({ explicit: workflow ?? undefined, cwd, env });
    config = await loadConfig(file, env);
  } catch (error) {
    const inForce = error instanceof ConfigError ? await lastGood(error.file, env) : null;
    const remedy =
      inForce === null
        ? 'mend the file, or write one with `continuo init`'
        : `mend the file: until then project ${inForce.config.project} starts nothing new, and works on with the last good one`;
    return [bad('configuration', messageOf(error), remedy)];
  }
  return [
    good('configuration', `${config.file}, project ${config.project}`),
    await examineRepository(config, env),
    ...(config.tracker.kind === 'github' ? await examineGitHub(config, env) : []),
    ...(await examineForge(config, env)),
    ...(await examineAgents(config, env)),
    await examineKeepers(config, env),
    ...examineSettings(config),
    ...(await examineSandbox(config, env)),
  ];
}

/** A level below the best is no fault, but one that the machine cannot give is. */
async function examineSandbox(config: Config, env: NodeJS.ProcessEnv): Promise<Diagnosis[]> {
  const name = 'sandbox';
  try {
    const found = await probeContainment(config.containment, env);
    const advice = adviceOf(found).join('; ');
    const hooks = hooksOutside(config, found);
    return [
      { name, ok: true, found: describeContainment(found), remedy: advice === '' ? null : advice },
      ...(hooks === null ? [] : [{ name: 'hooks', ok: true, found: hooks.found, remedy: hooks.advice }]),
    ];
  } catch (error) {
    if (!(error instanceof ContainmentError)) throw error;
    return [bad(name, error.message, 'mend that, or leave containment.level out to take the best there is')];
  }
}

/** What runs, or was cut off, is in order: the next worker takes it up. */
async function examineKeepers(config: Config, env: NodeJS.ProcessEnv): Promise<Diagnosis> {
  const name = 'keepers';
  const { running, lost } = await findPrograms(dataPaths(dataDirectory(config.project, env)));
  const count = (attached: boolean | null) =>
    running.filter((program) => program.attached === attached).length;
  const [waiting, deaf] = [count(false), count(null)];
  const found = [
    `${running.length} run`,
    ...(waiting > 0 ? [`${waiting} without a worker`] : []),
    ...(deaf > 0 ? [`${deaf} do not answer`] : []),
    ...(lost.length > 0 ? [`${lost.length} were lost`] : []),
  ].join(', ');
  const isCalm = waiting + deaf + lost.length === 0;
  const remedy =
    'the next `continuo up` takes them up; `continuo ps` lists what runs, `continuo down --agents` ends it';
  return { name, ok: true, found, remedy: isCalm ? null : remedy };
}

/** They stop nothing, so they are no faults. */
function examineSettings(config: Config): Diagnosis[] {
  const prompt = promptProblem(config);
  return [
    ...(prompt === null ? [] : [note('prompt', prompt.message, `mend it in ${config.file}`)]),
    ...settingsWithoutEffect(config).map(({ key, effect, advice }) =>
      note(key, `has no effect: ${effect}`, advice),
    ),
  ];
}

async function examineRepository({ repository, file }: Config, env: NodeJS.ProcessEnv): Promise<Diagnosis> {
  const name = 'repository';
  if (repository === null) return good(name, 'none: hooks fill the workspaces');
  const { url, base } = repository;
  try {
    // Never asks for a password: a worker could not answer.
    const quiet = { ...env, GIT_TERMINAL_PROMPT: '0' };
    const output = await run('git', ['ls-remote', '--heads', url, `refs/heads/${base}`], {
      env: quiet,
      timeoutMs: 30_000,
    });
    return output.trim() === ''
      ? bad(
          name,
          `${url} has no branch ${base}`,
          `commit to ${base}, or name another repository.base in ${file}`,
        )
      : good(name, `${url}, base ${base} at ${output.slice(0, 12)}`);
  } catch (error) {
    return bad(name, `${url}: ${messageOf(error)}`, `mend repository.url in ${file}`);
  }
}
