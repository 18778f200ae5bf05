import type { Config } from '../../../config/config.js';
import { ConfigError } from '../../../config/errors.js';
import type { TurnFault } from '../../../domain/failure.js';
import type { TurnUsage } from '../../../domain/usage.js';
import type { Attended } from '../../keeper/attend.js';
import { attend } from '../../keeper/attend.js';
import { loginShell } from '../../keeper/environment.js';
import type { TailLimit } from '../../keeper/tail.js';
import { readTail } from '../../keeper/tail.js';
import type { Agent, Turn } from '../agent.js';
import { firstMessage } from '../session/message.js';

const failureLimit = { lines: 10, bytes: 2_000 };
/** A shell's word for "no such command" (POSIX, 2.8.2). */
const commandNotFound = 127;

/**
 * Any program as an agent: `command.run` by a login shell in the workspace, with the prompt on
 * stdin. Exit code 0 ends the turn well, and the end of its output is the summary. Each turn is
 * a program of its own that remembers nothing, so it gets all that a new session gets.
 */
export function createCommandAgent(config: Config): Agent {
  const { command } = config;
  if (command === undefined) {
    throw new ConfigError(
      'config_invalid',
      config.file,
      `${config.file}: agent.kind command needs command.run`,
    );
  }
  return {
    credentials: [],
    opening: { type: 'tool', name: 'command', detail: command.run },
    async runTurn(turn, _emit, { end, leave, epoch }) {
      const enclosed = await turn.enclose({
        argv: loginShell(command.run, config),
        env: { ...turn.env, ...facts(turn) },
        login: { command: command.run, home: turn.home },
      });
      const result = await attend({
        ...enclosed,
        place: turn.place,
        owner: turn.owner,
        leaseMs: turn.leaseMs,
        cwd: turn.workspace,
        stdin: firstMessage(turn),
        output: turn.transcript,
        outputLimitBytes: turn.transcriptLimitBytes,
        timeoutMs: Math.min(command.timeout_ms, turn.limits.ms ?? command.timeout_ms),
        epoch,
        end,
        leave,
      });
      if (result.kind === 'interrupted' && !end.aborted) return { kind: 'interrupted' };
      const tail = (limit: TailLimit) => readTail(turn.transcript, limit, turn.transcriptFrom);
      return {
        // A program remembers nothing: each turn is a session of its own.
        session: `turn-${turn.turn}`,
        usage: usageOf(result),
        // Whoever ended the program of a cancelled turn, it says nothing about the turn.
        ...(end.aborted || result.kind === 'interrupted'
          ? { kind: 'stopped' }
          : await judge(result, { ...turn, ...turn.limits, timeoutMs: command.timeout_ms }, tail)),
      };
    },
  };
}

type Finished = Exclude<Attended, { kind: 'interrupted' }>;

type Judgement =
  | { kind: 'completed'; summary: string }
  | { kind: 'failed'; category: TurnFault; message: string }
  | { kind: 'limit'; message: string };

async function judge(
  result: Finished,
  { ms, timeoutMs, summaryLimit }: { ms?: number; timeoutMs: number; summaryLimit: TailLimit },
  tail: (limit: TailLimit) => Promise<string>,
): Promise<Judgement> {
  if (result.kind === 'exited' && result.exitCode === 0) {
    return { kind: 'completed', summary: await tail(summaryLimit) };
  }
  const output = await tail(failureLimit);
  const failed = (category: TurnFault, what: string): Judgement => ({
    kind: 'failed',
    category,
    message: output === '' ? what : `${what}; its last output:\n${output}`,
  });

  switch (result.kind) {
    case 'exited':
      if (result.exitCode === commandNotFound) {
        return failed('agent_not_found', 'command.run ended with exit code 127: a command was not found');
      }
      return result.exitCode === null
        ? failed('port_exit', `command.run was ended by ${result.signal ?? 'a signal'}`)
        : failed('port_exit', `command.run ended with exit code ${result.exitCode}`);
    case 'timed_out':
      if (ms !== undefined && ms < timeoutMs)
        return { kind: 'limit', message: `command.run was ended after ${ms} ms: no more time was left` };
      return failed('turn_timeout', `command.run did not end within ${timeoutMs} ms`);
    case 'not_started':
      return failed('startup_failed', `command.run could not start: ${result.message}`);
    case 'cancelled':
      return failed('turn_cancelled', 'command.run was cancelled');
  }
}

/** What the program may know of the turn. */
function facts({ identifier, turn, round, attempt }: Turn): Record<string, string> {
  return {
    CONTINUO_TASK: identifier,
    CONTINUO_TURN: String(turn),
    CONTINUO_ROUND: String(round),
    CONTINUO_ATTEMPT: attempt === null ? '' : String(attempt),
  };
}

/** A program tells no tokens. */
function usageOf({ durationMs }: Attended): TurnUsage {
  return { inputTokens: 0, outputTokens: 0, totalTokens: 0, costUsd: null, agentMs: durationMs };
}
