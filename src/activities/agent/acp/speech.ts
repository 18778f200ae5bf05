import type { AgentEvent } from '../agent.js';

/** What the agent is saying: it comes in pieces, and is told as a whole. */
export interface Speech {
  /** Null while it says nothing. */
  kind: 'message' | 'thinking' | null;
  id: string | null;
  text: string;
  /** The last whole message since the prompt; null while there is none. */
  last: string | null;
}

type Piece = { kind: 'message' | 'thinking'; id: string | null; text: string };

/** Goes on with what is said, or ends it and begins anew. */
export function hear(speech: Speech, piece: Piece, emit: (event: AgentEvent) => void): Speech {
  const isSame = speech.kind === piece.kind && speech.id === piece.id;
  if (isSame) return { ...speech, text: speech.text + piece.text };
  return { ...fallSilent(speech, emit), ...piece };
}

/** What was said is whole now. */
export function fallSilent({ kind, text, last }: Speech, emit: (event: AgentEvent) => void): Speech {
  const said = text.trim();
  if (kind !== null && said !== '') emit({ type: kind, text: said });
  return { kind: null, id: null, text: '', last: kind === 'message' && said !== '' ? said : last };
}
