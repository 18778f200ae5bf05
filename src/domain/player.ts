import type { ConfigView } from './config-view.js';
import type { TaskState } from './task.js';

/** As the configuration and its view name them. */
type Kinds = Pick<ConfigView['agent'], 'kind'> & { fallback?: string | undefined };

/** The kinds of agent that can play a task, the first one first. */
export function kindsOf({ kind, fallback }: Kinds): string[] {
  return fallback === undefined ? [kind] : [kind, fallback];
}

/**
 * The kind of agent that plays the next turn: the one that played the last one, so that nothing is handed over without
 * need; else the first whose quota is not known to be used up. Where that holds for none, a person wants to try.
 */
export function nextPlayer(agent: Kinds, { player, usedUp }: Pick<TaskState, 'player' | 'usedUp'>): string {
  const kinds = kindsOf(agent);
  const known = player !== null && kinds.includes(player) ? player : agent.kind;
  return [known, ...kinds].find((kind) => !usedUp.includes(kind)) ?? known;
}

/** The kind of agent whose turn it is, or will be; null before that is known. */
export function playerOf(state: Pick<TaskState, 'config' | 'openTurn' | 'player' | 'usedUp'>): string | null {
  if (state.config === null || state.openTurn !== null) return state.player;
  return nextPlayer(state.config.view.agent, state);
}
