import { activityInfo } from '@temporalio/activity';
import { join } from 'node:path';
import type { Feedback } from '../../domain/task.js';
import type { AgentPort, TurnOutcome } from '../../workflows/ports.js';
import { heartbeating } from '../heartbeat.js';
import type { HookName, HookOutcome } from '../hooks.js';
import { runHook } from '../hooks.js';
import type { HostDeps } from '../host.js';
import { programIdentity } from '../keeper/identity.js';
import { endLeftover } from '../keeper/program.js';
import type { Hold } from '../keeper/run-hold.js';
import { holdRun } from '../keeper/run-hold.js';
import { redactorOf } from '../redact.js';
import { readIssue } from './issue-file.js';
import type { TurnToPlay } from './play-turn.js';
import { failedTurn, playTurn } from './play-turn.js';
import { redactOutcome } from './redact-outcome.js';
import { requireCwd } from './require-cwd.js';
import type { TurnRecord } from './turn-record.js';
import { turnRecord } from './turn-record.js';

type RunTurn = Omit<TurnToPlay, 'issue' | 'signal'>;

const interrupted: Feedback = { kind: 'interrupted', note: 'The worker that ran this turn ended.' };

/**
 * The agent's side of a task. A turn happens once: its outcome is kept under workflow run and turn,
 * and a repetition returns it. A turn that a dead worker cut off is played again, and the agent
 * is told. An attempt that another one has superseded records nothing.
 */
export function createAgentActivities(deps: HostDeps): AgentPort {
  return {
    async runTurn(input) {
      const { session, turn, workspace } = input;
      const config = await deps.configs.get(input.config);
      return heartbeating(
        async (signal) => {
          const { runPath } = workspace;
          const outcome = await holdRun({ runPath, part: 'turn', signal }, (hold) =>
            playOnce({ deps, config, input }, hold),
          );
          return redactOutcome(outcome, redactorOf(deps.env, config));
        },
        () => ({ session, turn }),
      );
    },
  };
}

async function playOnce(turn: RunTurn, hold: Hold): Promise<TurnOutcome> {
  const { input } = turn;
  const { path, runPath } = input.workspace;
  const record = turnRecord(runPath, activityInfo().workflowExecution?.runId ?? '', input.turn);
  const progress = await record.read();
  if (progress.kind === 'ended') return progress.outcome;

  await requireCwd(path);
  const issue = await readIssue(runPath);
  await endLeftover(join(runPath, programIdentity));
  await record.begin();
  const feedback = progress.kind === 'interrupted' ? [...input.feedback, interrupted] : input.feedback;
  return playBetweenHooks(
    { ...turn, issue, input: { ...input, feedback }, signal: hold.signal },
    record,
    hold,
  );
}

/**
 * `after_run` follows every attempt, however it ended, and decides nothing (SPEC 9.4). Only what belongs to
 * a newer attempt by now is left alone.
 */
async function playBetweenHooks(turn: TurnToPlay, record: TurnRecord, hold: Hold): Promise<TurnOutcome> {
  try {
    const outcome = await playAfterHook(turn);
    // Whoever ended the program of a cancelled turn, it says nothing about the turn.
    await hold.require();
    await keep(turn, record, outcome);
    return outcome;
  } finally {
    if (await hold.isCurrent()) await runAfterHook(turn);
  }
}

async function playAfterHook(turn: TurnToPlay): Promise<TurnOutcome> {
  const { input, signal } = turn;
  const before = await hook(turn, 'before_run', signal);
  // It may have moved the workspace away itself.
  await requireCwd(input.workspace.path);
  return before.kind === 'failed' ? failedTurn(input, 'hook_failed', before.message) : playTurn(turn);
}

/** A turn is paid for: on a full disk its outcome is known to Temporal alone. */
async function keep({ deps, input }: TurnToPlay, record: TurnRecord, outcome: TurnOutcome): Promise<void> {
  try {
    await record.end(outcome);
  } catch (error) {
    deps.log.warn('the outcome of a turn could not be kept', { turn: input.turn, error: String(error) });
  }
}

/** Without the signal: a cancelled turn is followed by the hook as well. */
async function runAfterHook(turn: TurnToPlay): Promise<void> {
  try {
    await hook(turn, 'after_run');
  } catch (error) {
    turn.deps.log.warn('after_run could not run', { turn: turn.input.turn, error: String(error) });
  }
}

function hook(
  { deps, config, input }: TurnToPlay,
  name: HookName,
  signal?: AbortSignal,
): Promise<HookOutcome> {
  const { path: workspace, runPath } = input.workspace;
  const { env, log } = deps;
  return runHook({ name, config, workspace, runPath, env, log, ...(signal && { signal }) });
}
