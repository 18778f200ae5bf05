import { z } from 'zod';
import type { ToolDeclaration, ToolResult } from './keeper/protocol.js';

/** Something that an agent can ask for, and that a worker does for it, with credentials that stay with the worker. */
export interface Tool {
  declaration: ToolDeclaration;
  /**
   * `input` is whatever the agent sent. The key names this call for ever: a worker that died between effect and result is
   * followed by one that asks again with the same key, and an effect with a known key is not repeated.
   */
  call(input: unknown, key: string): Promise<ToolResult>;
}

/** A tool whose arguments have a schema: what does not fit is refused, and the session goes on (SPEC 10.5). */
export function defineTool<T>(tool: {
  name: string;
  description: string;
  input: z.ZodType<T>;
  run: (input: T, key: string) => Promise<ToolResult>;
}): Tool {
  const { name, description, input, run } = tool;
  return {
    declaration: { name, description, inputSchema: z.toJSONSchema(input, { io: 'input' }) },
    async call(given, key) {
      const parsed = input.safeParse(given);
      return parsed.success ? run(parsed.data, key) : refused(misfit(parsed.error));
    },
  };
}

/** Why arguments do not fit, in words for the agent. */
export function misfit(error: z.ZodError): string {
  return `the arguments do not fit:\n${z.prettifyError(error)}`;
}

export function said(text: string): ToolResult {
  return { content: [{ type: 'text', text }] };
}

/** The tool did nothing. */
export function refused(text: string): ToolResult {
  return { content: [{ type: 'text', text }], isError: true };
}
