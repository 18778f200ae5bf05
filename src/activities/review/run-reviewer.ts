import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Agent, Turn, TurnEnd } from '../agent/agent.js';
import type { EventLog } from '../agent/event-log.js';
import { openEventLog } from '../agent/event-log.js';
import { activityKey, ownerOf } from '../attempt.js';
import { enclose } from '../enclose.js';
import { stateOf } from '../keeper/attend.js';
import { probeContainment } from '../keeper/containment/probe.js';
import { childEnvironment, withoutSecrets } from '../keeper/environment.js';
import { refused } from '../tool.js';
import type { ReviewJob } from './job.js';

/** Whatever ends its keeper again and again would be started for ever. */
const mostGenerations = 3;
/** An answer is at the end, and is far shorter. */
const answerLimit = { lines: 10_000, bytes: 128 * 1024 };

export type ReviewerEnd = Exclude<TurnEnd, { kind: 'interrupted' }>;

/**
 * Lets the reviewer's agent look at its copy in one turn of its own, or goes on with the one that does; `bringCopy` makes
 * the copy when one starts. Null when it was cut off again and again. Throws the reason of `attempt.end`, and what
 * `runProgram` throws.
 */
export async function runReviewer(
  job: ReviewJob,
  prompt: string,
  time: number,
  bringCopy: () => Promise<void>,
): Promise<ReviewerEnd | null> {
  // Whoever is asked again for the same review later begins anew.
  const key = `${job.keyOf(time)}-${activityKey()}`;
  const place = join(job.places, job.keyOf(time));
  const log = openEventLog(job.logOf(time));
  for (let generation = 1; generation <= mostGenerations; generation += 1) {
    if ((await stateOf(place)) !== 'begun') {
      await bringCopy();
      await rm(log.file, { force: true });
      for (const folder of [dirname(log.file), job.home])
        await mkdir(folder, { recursive: true, mode: 0o700 });
    }
    await log.goOn(0);
    const turn = await turnOf(job, { key, prompt, place, log });
    const end = await job.agent.runTurn(turn, log.add, job.attempt);
    job.attempt.end.throwIfAborted();
    if (end.kind !== 'interrupted') return end;
  }
  return null;
}

async function turnOf(
  { deps, config, input, issue, reviewer, agent, copy, home, temporary, limits }: ReviewJob,
  { key, prompt, place, log }: { key: string; prompt: string; place: string; log: EventLog },
): Promise<Turn> {
  const { project, identifier, round } = input;
  return {
    key,
    identifier,
    title: issue.title,
    attempt: null,
    turn: 1,
    round,
    session: null,
    prompt,
    guidance: '',
    answers: [],
    limits,
    report: null,
    tools: noTools,
    remarks: noRemarks,
    spent: () => undefined,
    workspace: copy,
    home,
    env: environmentOf({ deps, config, input, reviewer, agent, temporary }),
    isReadOnly: true,
    isShutIn: (await probeContainment(config.containment, deps.env)).files,
    enclose: (program) => enclose(deps, config, { cwd: copy, readOnly: true, temporary, ...program }),
    place,
    owner: ownerOf({ project, identifier, kind: 'agent', title: `review by ${reviewer.name}` }),
    leaseMs: config.keeper.lease_ms,
    transcript: log.file,
    transcriptLimitBytes: await log.room(),
    transcriptFrom: 0,
    summaryLimit: answerLimit,
  };
}

/** A reviewer reads, and answers at the end of what it says. */
const noTools: Turn['tools'] = {
  declared: [],
  call: () => Promise.resolve(refused('a reviewer has no tools of this kind')),
};

const noRemarks: Turn['remarks'] = { all: () => [], listen: () => () => undefined, heard: () => undefined };

function environmentOf({
  deps,
  config,
  input,
  reviewer,
  agent,
  temporary,
}: Pick<ReviewJob, 'deps' | 'config' | 'input' | 'reviewer' | 'temporary'> & { agent: Agent }) {
  const names = [...agent.credentials, ...withoutSecrets(config.agent.env, config)];
  return childEnvironment(deps.env, names, {
    TMPDIR: temporary,
    CONTINUO_TASK: input.identifier,
    CONTINUO_ROUND: String(input.round),
    CONTINUO_REVIEWER: reviewer.name,
  });
}
