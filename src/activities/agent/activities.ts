import { join } from 'node:path';
import { configOfKind } from '../../config/agent-kind.js';
import type { Config } from '../../config/config.js';
import type { AgentPort, EndTurnInput, RunTurnInput, TurnOutcome } from '../../workflows/ports.js';
import type { Attempt } from '../attempt.js';
import { currentWorkflow, placesOf, turnKey } from '../attempt.js';
import { heartbeating } from '../heartbeat.js';
import type { HookName, HookOutcome } from '../hooks.js';
import { runHook } from '../hooks.js';
import type { HostDeps } from '../host.js';
import { stateOf } from '../keeper/attend.js';
import { holdRun } from '../keeper/run-hold.js';
import { endStrays, removePlaces } from '../keeper/strays.js';
import { redactorOf } from '../redact.js';
import type { AgentFactory } from './agent.js';
import { readIssue } from './issue-file.js';
import type { TurnToPlay } from './play-turn.js';
import { failedTurn, playTurn } from './play-turn.js';
import { openProgress } from './progress.js';
import { createAgent as createRegisteredAgent } from './registry.js';
import { awaitHeard, offerRemark, remarksOf } from './remarks.js';
import { redactOutcome } from './redact-outcome.js';
import { requireCwd } from './require-cwd.js';
import { logTurnEnd } from './turn-log.js';
import { turnRecord } from './turn-record.js';

/** For an agent to hear a remark between two of its steps; whoever has said it need not wait longer. */
const hearingMs = 20_000;

type Turn = Omit<TurnToPlay, 'issue'>;
type BegunTurn = Pick<Turn, 'deps' | 'config' | 'attempt' | 'place'> & { input: EndTurnInput };

/**
 * The agent's side of a task. A turn happens once: its programs stand in places named by workflow run and
 * turn, and its outcome is kept under both. A repetition takes the outcome, or attaches to what runs;
 * only an agent that was cut off is followed by another, which is told. An attempt that leaves ends and records nothing.
 */
export function createAgentActivities(
  deps: HostDeps,
  createAgent: AgentFactory = createRegisteredAgent,
): AgentPort {
  return {
    async runTurn(input) {
      const configured = await deps.configs.get(input.config);
      const config = input.agent === undefined ? configured : configOfKind(configured, input.agent);
      const redact = redactorOf(deps.env, config);
      const progress = openProgress(input, redact, (error) =>
        deps.log.warn('what a turn does could not be told', { turn: input.turn, error: String(error) }),
      );
      return heartbeating(async (_signal, attempt) => {
        const { runPath } = input.workspace;
        const outcome = await holdRun({ runPath, part: 'turn', attempt }, (held) =>
          playOnce({ ...turnOf(deps, config, input, held), progress, createAgent }),
        );
        const told = await redactOutcome(outcome, redact);
        logTurnEnd(deps.log, input, told);
        return told;
      }, progress.shown);
    },

    async endTurn(input) {
      const { runPath } = input.workspace;
      const config = await deps.configs.get(input.config);
      await heartbeating((_signal, attempt) =>
        holdRun({ runPath, part: 'turn', attempt }, (held) =>
          endBegun({ deps, config, input, attempt: held, place: placeOf(input) }),
        ),
      );
    },

    async steer(input) {
      const { id } = input.remark;
      const folder = remarksFor(input);
      await offerRemark(folder, input);
      return heartbeating(async (signal) => ({ heard: await awaitHeard(folder, id, hearingMs, signal) }));
    },
  };
}

function turnOf(
  deps: HostDeps,
  config: Config,
  input: RunTurnInput,
  attempt: Attempt,
): Omit<Turn, 'createAgent' | 'progress'> {
  const { runPath } = input.workspace;
  const record = turnRecord(runPath, currentWorkflow().workflowRun, input.turn);
  return { deps, config, input, attempt, record, place: placeOf(input), remarks: remarksFor(input) };
}

type NamedTurn = Pick<EndTurnInput, 'workspace' | 'turn'>;

function placeOf(turn: NamedTurn): string {
  return join(placesOf(turn.workspace.runPath), turnKey(turn.turn));
}

function remarksFor(turn: NamedTurn): string {
  return join(remarksOf(turn.workspace.runPath), turnKey(turn.turn));
}

async function endBegun(turn: BegunTurn): Promise<void> {
  if (!(await hasBegun(turn))) return;
  const places = placesOf(turn.input.workspace.runPath);
  const isOther = (key: string) => !join(places, key).startsWith(turn.place);
  await endStrays(places, currentWorkflow().workflowId, isOther);
  await runAfterHook(turn);
}

async function playOnce(turn: Turn): Promise<TurnOutcome> {
  const progress = await turn.record.read();
  const outcome = progress.kind === 'ended' ? progress.outcome : await playAndKeep(turn);
  if (outcome.kind !== 'question') await runAfterHook(turn);
  return outcome;
}

/** `after_run` follows a turn that is cancelled as well (SPEC 9.4), once its programs have ended. */
async function playAndKeep(turn: Turn): Promise<TurnOutcome> {
  const { end } = turn.attempt;
  try {
    const outcome = await play(turn);
    // A turn that asks is not over.
    if (outcome.kind !== 'question') await keep(turn, outcome);
    return outcome;
  } catch (error) {
    if (end.aborted && (await hasBegun(turn))) await runAfterHook(turn);
    throw error;
  }
}

async function hasBegun({ place }: BegunTurn): Promise<boolean> {
  const states = await Promise.all([place, placeOfHook(place, 'before_run')].map(stateOf));
  return states.some((state) => state !== 'fresh');
}

async function play(turn: Turn): Promise<TurnOutcome> {
  const { input, place } = turn;
  const { path, runPath } = input.workspace;
  await clearOldPlaces(turn);
  const issue = await readIssue(runPath);
  // An agent that runs has all it needs, whatever has become of its folder.
  if ((await stateOf(place)) === 'begun') return playTurn({ ...turn, issue });

  await requireCwd(path);
  const before = await hook(turn, 'before_run', turn.attempt);
  // It may have moved the workspace away itself.
  await requireCwd(path);
  return before.kind === 'failed'
    ? failedTurn(input, 'hook_failed', before.message)
    : playTurn({ ...turn, issue });
}

/** Programs of earlier turns that still run were cut off; their results are known, or nobody asks for them. */
async function clearOldPlaces({ input, place }: Turn): Promise<void> {
  const places = placesOf(input.workspace.runPath);
  const isOwn = (key: string) => join(places, key).startsWith(place);
  await endStrays(places, currentWorkflow().workflowId, isOwn);
  await removePlaces(places, (key) => key.startsWith('turn-') && !isOwn(key));
  await removePlaces(remarksOf(input.workspace.runPath), (key) => key !== turnKey(input.turn));
}

/** A turn is paid for: on a full disk its outcome is known to Temporal alone. */
async function keep({ deps, input, record }: Turn, outcome: TurnOutcome): Promise<void> {
  try {
    await record.end(outcome);
  } catch (error) {
    deps.log.warn('the outcome of a turn could not be kept', { turn: input.turn, error: String(error) });
  }
}

/** Decides nothing, and a cancellation does not end it. An attempt that leaves it to the next one throws. */
async function runAfterHook(turn: BegunTurn): Promise<void> {
  const { deps, input, attempt } = turn;
  const { leave, epoch } = attempt;
  try {
    await hook(turn, 'after_run', { end: new AbortController().signal, leave, epoch });
  } catch (error) {
    leave.throwIfAborted();
    deps.log.warn('after_run could not run', { turn: input.turn, error: String(error) });
  }
}

function hook(
  { deps, config, input, place }: BegunTurn,
  name: HookName,
  attempt: Attempt,
): Promise<HookOutcome> {
  const { identifier, workspace } = input;
  const { path, runPath } = workspace;
  const { env, log } = deps;
  return runHook({
    name,
    config,
    identifier,
    workspace: path,
    runPath,
    env,
    log,
    place: placeOfHook(place, name),
    attempt,
  });
}

function placeOfHook(place: string, name: HookName): string {
  return `${place}-${name}`;
}
