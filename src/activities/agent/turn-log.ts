import { sessionId } from '../../domain/session-id.js';
import type { RunTurnInput, TurnOutcome } from '../../workflows/ports.js';
import type { Logger } from '../host.js';
import type { Told } from './agent.js';

type NamedTurn = Pick<RunTurnInput, 'turn' | 'round' | 'attempt' | 'session'>;

/** A turn begins, or this worker takes over one whose agent runs. */
export function logTurnBegin(log: Logger, { turn, round, attempt }: NamedTurn, agent: string): void {
  log.info('turn begun', { turn, round, attempt, agent });
}

/** The line of a session's life that tells its id (SPEC 13.1). */
export function logSession(log: Logger, { turn }: NamedTurn, told: readonly Told[]): void {
  for (const { event } of told) {
    if (event.type !== 'session') continue;
    const outcome = event.resumed ? 'resumed' : 'started';
    log.info(`session ${outcome}`, { outcome, turn, session_id: sessionId(event.id, turn) });
  }
}

/** How a turn ended, and what it has spent. What agents and people say is in the transcript. */
export function logTurnEnd(log: Logger, { turn, session: known }: NamedTurn, outcome: TurnOutcome): void {
  const { kind, usage } = outcome;
  const session = outcome.session ?? known;
  const fields = {
    outcome: kind,
    turn,
    session_id: session === null ? undefined : sessionId(session, turn),
    tokens: usage.totalTokens,
    cost_usd: usage.costUsd,
    duration_ms: Math.round(usage.agentMs),
  };
  switch (outcome.kind) {
    case 'failed':
      log.warn('turn ended', { ...fields, reason: outcome.category });
      break;
    case 'quota':
      log.warn('turn ended', { ...fields, until: outcome.until });
      break;
    default:
      log.info('turn ended', fields);
  }
}
