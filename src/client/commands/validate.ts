import { basename } from 'node:path';
import type { Config } from '../../config/config.js';
import { findWorkflowFile } from '../../config/discover.js';
import { ConfigError } from '../../config/errors.js';
import { loadConfig } from '../../config/load.js';
import { readParts } from '../../config/parts.js';
import { promptProblem, trialProblem } from '../../config/prompt-problem.js';
import { unknownKeys } from '../../config/unknown-keys.js';
import { settingsWithoutEffect } from '../../config/without-effect.js';
import type { Diagnosis } from '../../worker/doctor.js';
import { printDiagnoses } from '../diagnosis-lines.js';
import type { Invocation } from '../invocation.js';

/** Something about a file that can be used all the same. */
interface Note {
  key: string;
  message: string;
  advice: string;
}

/** Checks a workflow file and starts nothing. Throws a `ConfigError` with everything that is wrong with it. */
export async function validateFile(invocation: Invocation, given: string | null): Promise<void> {
  const { out, json, cwd, env } = invocation;
  const explicit = given ?? invocation.workflow ?? undefined;
  try {
    const config = await loadConfig(await findWorkflowFile({ explicit, cwd, env }), env);
    refuseBrokenPrompt(config);
    const notes = notesOn(config);
    if (json) out.json({ ok: true, ...factsOf(config), notes });
    else printDiagnoses(linesOf(config, notes), out);
  } catch (error) {
    if (json && error instanceof ConfigError) {
      const { file, code, message, problems } = error;
      out.json({ ok: false, file, code, message, problems });
    }
    throw error;
  }
}

/** It would be taken, and then each attempt would fail. */
function refuseBrokenPrompt(config: Config): void {
  const problem = promptProblem(config);
  if (problem === null) return;
  throw new ConfigError(problem.code, config.file, `${basename(config.file)}: ${problem.message}`);
}

function notesOn(config: Config): Note[] {
  const { data } = readParts(config.file, config.text);
  const trial = trialProblem(config);
  return [
    ...settingsWithoutEffect(config).map(({ key, effect, advice }) => ({
      key,
      message: `has no effect: ${effect}`,
      advice,
    })),
    ...unknownKeys(data).map((key) => ({
      key,
      message: 'is not known to this version, and ignored',
      advice: 'docs/workflow-file.md has every key; is it a slip?',
    })),
    ...(trial === null
      ? []
      : [
          {
            key: 'prompt',
            message: `fails for an issue made up for this check: ${trial}`,
            advice: 'mend it',
          },
        ]),
  ];
}

function factsOf(config: Config) {
  const { file, project, tracker, forge, agent, verify, review, land, repository, schedules } = config;
  const { kind, active_states: activeStates, terminal_states: terminalStates } = tracker;
  return {
    file,
    project,
    tracker: { kind, activeStates, terminalStates },
    agent: { kind: agent.kind, fallback: agent.fallback ?? null },
    repository: repository && { url: repository.url, base: repository.base },
    forge: { kind: forge.kind },
    gates: {
      verify: verify?.checks.map(({ name }) => name) ?? null,
      review: review ? { human: review.human.when, agents: review.agents.map(({ name }) => name) } : null,
      land: land ? { mode: land.mode, strategy: land.strategy } : null,
    },
    schedules: schedules.map(({ name, cron }) => ({ name, cron })),
  };
}

function linesOf(config: Config, notes: readonly Note[]): Diagnosis[] {
  const { file, project, tracker, agent, repository, gates, schedules } = factsOf(config);
  const { verify, review, land } = gates;
  const gateWords = [
    ...(verify === null ? [] : [`verify (${verify.join(', ')})`]),
    ...(review === null ? [] : [`review (${[`a person: ${review.human}`, ...review.agents].join(', ')})`]),
    ...(land === null ? [] : [`land (${land.mode}, ${land.strategy})`]),
  ];
  const line = (name: string, found: string): Diagnosis => ({ name, ok: true, found, remedy: null });
  return [
    line('file', file),
    line('project', project),
    line('tracker', `${tracker.kind}, works on ${tracker.activeStates.join(', ')}`),
    line('agent', agent.fallback === null ? agent.kind : `${agent.kind}, then ${agent.fallback}`),
    line('repository', repository === null ? 'none' : `${repository.url}, base ${repository.base}`),
    line(
      'gates',
      gateWords.length === 0 ? 'none: nothing is checked or lands by itself' : gateWords.join(', '),
    ),
    ...schedules.map(({ name, cron }) => line('schedule', `${name}: ${cron}`)),
    ...notes.map(({ key, message, advice }) => ({ name: key, ok: true, found: message, remedy: advice })),
  ];
}
