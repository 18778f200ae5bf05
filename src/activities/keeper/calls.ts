import type { JournalRecord, ToolResult } from './protocol.js';

/** A call of one of the tools, by the program. */
export type ToolCall = Pick<Extract<JournalRecord, { d: 'call' }>, 'id' | 'name' | 'arguments'>;

/** The calls of one program, answered one at a time, in their order: what a tool does to the world is seen by the next. */
export class Calls {
  /** What this worker has found out, by the call's id. */
  readonly results = new Map<string, ToolResult>();
  private readonly taken = new Set<string>();
  private isWorking = false;

  constructor(
    /** Null for a call that the protocol answers by itself. */
    private readonly answer: ((call: ToolCall) => Promise<ToolResult | null>) | undefined,
    private readonly changed: () => void,
  ) {}

  /** Begins with the next of the open calls, unless one is at work. False when there is nothing to do. */
  work(open: readonly ToolCall[]): boolean {
    const call = this.answer === undefined ? undefined : open.find(({ id }) => !this.taken.has(id));
    if (this.isWorking || call === undefined) return this.isWorking;
    this.isWorking = true;
    this.taken.add(call.id);
    void this.answerOne(call).then((result) => {
      this.isWorking = false;
      if (result !== null) this.results.set(call.id, result);
      this.changed();
    });
    return true;
  }

  /** A tool that breaks has failed for the agent, which may try something else. */
  private async answerOne(call: ToolCall): Promise<ToolResult | null> {
    try {
      return (await this.answer?.(call)) ?? null;
    } catch (error) {
      return { content: [{ type: 'text', text: `the tool failed: ${String(error)}` }], isError: true };
    }
  }
}
