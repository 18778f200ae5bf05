import type { Config } from '../../../config/config.js';
import type { TurnFault } from '../../../domain/failure.js';
import type { TurnUsage } from '../../../domain/usage.js';
import type { TurnOutcome } from '../../../workflows/ports.js';
import type { Exit } from '../../keeper/protocol.js';
import { runSession } from '../../keeper/session.js';
import type { SessionPatience, SessionResult } from '../../keeper/session.js';
import type { Agent, AgentEvent, Emit, Told, TurnEnd } from '../agent.js';
import { withPrice } from '../price.js';
import type { Backend, Patience, Thread } from './backend.js';
import type { TurnState, TurnStop } from './turn-state.js';
import { createTurnClock } from './turn-clock.js';
import { timeLeftMs, turnProtocol } from './turn-state.js';

/** A shell's word for "no such command" (POSIX, 2.8.2). */
const commandNotFound = 127;
/** Lines of ten megabytes are accepted (SPEC 10.1); a whole turn of them is a fault of the agent's. */
const journalLimitBytes = 512 * 1024 * 1024;
/** Silence ends a turn, not its length (SPEC 10.6); what it may cost is the budget's matter. */
const longestTurnMs = 2 ** 31 - 1;
/** When a model does not say until when its quota is used up. */
const unknownQuotaMs = 15 * 60_000;
/** Of a story, as JSON: more than a transcript takes of one turn. What a flood says beyond it is not kept. */
const storyLimit = 32 * 1024 * 1024;

type Judgement = { kind: 'failed'; category: TurnFault; message: string };

/** An agent that speaks a protocol of lines: its session outlives the worker, and its thread the program. */
export function createSessionAgent<S extends Thread>(config: Config, backend: Backend<S>): Agent {
  const price = (usage: TurnUsage) => withPrice(config, backend.kind, usage);
  return {
    credentials: backend.credentials,
    opening: { type: 'tool', name: backend.kind, detail: backend.command },
    async runTurn(turn, emit, { end, leave, epoch }): Promise<TurnEnd> {
      const story = openStory(emit);
      const clock = createTurnClock();
      const protocol = turnProtocol(turn, backend.protocol(turn), {
        rules: config.agent.approvals,
        remarks: turn.remarks.all,
        emit: story.hear,
        price,
      });
      const result = await runSession<TurnState<S>, TurnStop>({
        launch: ({ thread }) => turn.enclose(backend.launch(turn, thread)),
        place: turn.place,
        owner: turn.owner,
        cwd: turn.workspace,
        timeoutMs: longestTurnMs,
        leaseMs: turn.leaseMs,
        journalLimitBytes,
        tools: turn.tools.declared,
        onCall: turn.tools.call,
        patience: ({ thread }) => patienceWith(backend.patience, thread),
        timeLeftMs: (state) => timeLeftMs(turn, state, clock(state.heardAt)),
        listen: turn.remarks.listen,
        onState({ thread, workedMs }) {
          story.tell();
          turn.spent(price({ ...thread.usage, agentMs: workedMs }));
          turn.remarks.heard(thread.heard);
        },
        protocol: {
          ...protocol,
          restart(state) {
            story.forget();
            return protocol.restart(state);
          },
        },
        epoch,
        end,
        leave,
      });
      await story.told();
      const { thread, workedMs } = result.state;
      const usage = price({ ...thread.usage, agentMs: workedMs });
      const judged = judge(backend, result, end);
      return judged.kind === 'interrupted' ? judged : { ...factsOf(thread, turn.session), usage, ...judged };
    },
  };
}

/** What happens, in its order. The story of a program that is over was told while it ran. */
function openStory(emit: Emit) {
  let heard: Told[] = [];
  let room = storyLimit;
  let telling = Promise.resolve();
  return {
    hear: (event: AgentEvent, at: number): void => {
      if (room <= 0) return;
      room -= JSON.stringify(event).length;
      heard.push({ at, event });
    },
    forget() {
      heard = [];
      room = storyLimit;
    },
    tell() {
      const told = heard;
      heard = [];
      if (told.length > 0) telling = telling.then(() => emit(told));
    },
    told: () => telling,
  };
}

function factsOf({ id, usage, heard }: Thread, session: string | null) {
  return { session: id ?? session, usage, ...(heard.length > 0 && { heard }) };
}

type Facts = 'session' | 'usage' | 'heard';
type WithoutFacts<T> = T extends unknown ? Omit<T, Facts> : never;
type Judged = WithoutFacts<TurnOutcome> | { kind: 'interrupted' };

function judge<S extends Thread>(
  backend: Backend<S>,
  result: SessionResult<TurnState<S>, TurnStop>,
  end: AbortSignal,
): Judged {
  const { thread, stderr } = result.state;
  if (result.kind === 'done' || result.kind === 'suspended') return stopped(result.result, thread);
  if (end.aborted) return { kind: 'stopped' };
  if (result.kind === 'lost') return { kind: 'interrupted' };
  if (result.kind === 'silent') return silence(backend, thread);
  return exited(backend, result.exit, thread, stderr);
}

function stopped(stop: TurnStop, { end }: Thread): Judged {
  if (stop.kind !== 'ended') return stop;
  if (end === null) throw new Error('a turn is done whose thread has not ended');
  if (end.kind === 'again') throw new Error('a turn is done whose thread asks for another program');
  if (end.kind !== 'quota') return end;
  return { ...end, until: end.until ?? new Date(Date.now() + unknownQuotaMs).toISOString() };
}

/** While it starts only an answer counts: a program that is no such agent may print for ever. */
function patienceWith(patience: Patience, { isStarting, end }: Thread): SessionPatience | null {
  if (end !== null) return null;
  if (isStarting) return { ms: patience.readMs, for: 'an answer' };
  return { ms: silenceMs(patience), for: 'a line' };
}

function silenceMs({ turnMs, stallMs }: Patience): number {
  return stallMs > 0 ? Math.min(turnMs, stallMs) : turnMs;
}

function silence<S extends Thread>({ kind, patience }: Backend<S>, { isStarting }: Thread): Judgement {
  if (isStarting) {
    return {
      kind: 'failed',
      category: 'response_timeout',
      message: `${kind} did not answer within ${patience.readMs} ms: see ${kind}.read_timeout_ms`,
    };
  }
  const ms = silenceMs(patience);
  const isStall = ms < patience.turnMs;
  return {
    kind: 'failed',
    category: isStall ? 'stalled' : 'turn_timeout',
    message: `${kind} said nothing for ${ms} ms: see ${kind}.${isStall ? 'stall' : 'turn'}_timeout_ms`,
  };
}

function exited<S extends Thread>(
  { kind, command }: Backend<S>,
  { ending }: Exit,
  { isStarting }: Thread,
  stderr: string,
): Judged {
  const failed = (category: TurnFault, what: string): Judgement => ({
    kind: 'failed',
    category,
    message: stderr.trim() === '' ? what : `${what}; its last words:\n${stderr.trim()}`,
  });
  switch (ending.kind) {
    case 'exited': {
      const how = ending.exitCode === null ? `by ${ending.signal ?? 'a signal'}` : `with ${ending.exitCode}`;
      if (ending.exitCode === commandNotFound)
        return failed(`${kind}_not_found`, `there is no such program: ${command}`);
      return isStarting
        ? failed('startup_failed', `${kind} ended ${how} before it could begin its turn`)
        : failed('port_exit', `${kind} ended ${how} in the middle of its turn`);
    }
    case 'timed_out':
      return failed('turn_timeout', `${kind} did not end within ${longestTurnMs} ms`);
    case 'output_limit':
      return failed('output_limit', `${kind} printed more than ${journalLimitBytes} bytes`);
    case 'not_started':
      return failed('startup_failed', `${kind} could not start: ${ending.message}`);
    case 'closed':
    case 'lease':
      return { kind: 'interrupted' };
  }
}
