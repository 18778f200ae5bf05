import { z } from 'zod';
import { defineTool, refused } from '../tool.js';

/** The tool by which an agent asks a person; its call waits for the answer. */
export const askTool = 'ask_human';

export const Ask = z.object({
  question: z.string().min(1).max(4_000).describe('The question, with all that is needed to answer it.'),
  options: z.array(z.string().max(200)).max(20).default([]).describe('Possible answers, if there are few.'),
});

/** Calls of it are answered by the turn itself, which knows what people have said (`session/turn-state.ts`). */
export const askHuman = defineTool({
  name: askTool,
  description:
    'Ask a person a question that you cannot answer from the repository, and wait for the answer. It may take days.',
  input: Ask,
  run: () => Promise.resolve(refused('this agent cannot wait for a person')),
});
