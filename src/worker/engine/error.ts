/** There is no Temporal server to work with. The message is complete: what happened, where, what to do. */
export class EngineError extends Error {
  override readonly name: string = 'EngineError';
}
