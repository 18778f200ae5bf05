import type { JournalRecord, ToolResult } from './protocol.js';

/** A call of one of the tools, by the program. */
export type ToolCall = Pick<Extract<JournalRecord, { d: 'call' }>, 'id' | 'name' | 'arguments'>;

interface Result {
  kind: 'tool_result';
  id: string;
  result: ToolResult;
}

/** The calls of one program, answered one at a time, in their order: what a tool does to the world is seen by the next. */
export class Calls {
  private readonly open = new Map<string, ToolCall>();
  private readonly taken = new Set<string>();
  private readonly done: Result[] = [];
  private isWorking = false;

  constructor(
    private readonly answer: ((call: ToolCall) => Promise<ToolResult | null>) | undefined,
    private readonly changed: () => void,
  ) {}

  take(record: JournalRecord): void {
    if (record.d === 'call') this.open.set(record.id, record);
    if (record.d === 'result') this.open.delete(record.id);
  }

  /** Those that the journal does not have yet. */
  results(): Result[] {
    return this.done.filter(({ id }) => this.open.has(id));
  }

  /** Whether a result is still to come from here. */
  areAtWork(): boolean {
    return this.isWorking || this.waiting() !== undefined;
  }

  /** Begins with the next call, unless one is at work. */
  work(): void {
    const call = this.waiting();
    if (this.isWorking || call === undefined) return;
    this.isWorking = true;
    this.taken.add(call.id);
    void this.answerOne(call).then((result) => {
      this.isWorking = false;
      if (result !== null) this.done.push({ kind: 'tool_result', id: call.id, result });
      this.changed();
    });
  }

  /** A tool that breaks has failed for the agent, which may try something else. */
  private async answerOne(call: ToolCall): Promise<ToolResult | null> {
    try {
      return (await this.answer?.(call)) ?? null;
    } catch (error) {
      return { content: [{ type: 'text', text: `the tool failed: ${String(error)}` }], isError: true };
    }
  }

  private waiting(): ToolCall | undefined {
    if (this.answer === undefined) return undefined;
    return [...this.open.values()].find(({ id }) => !this.taken.has(id));
  }
}
