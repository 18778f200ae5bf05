import type { AgentTools } from './agent.js';
import { askTool } from './session/turn-state.js';

const askHuman = {
  name: askTool,
  description:
    'Ask a person a question that you cannot answer from the repository, and wait for the answer. It may take days.',
  inputSchema: {
    type: 'object',
    properties: {
      question: { type: 'string', description: 'The question, with all that is needed to answer it.' },
      options: {
        type: 'array',
        items: { type: 'string' },
        description: 'Possible answers, if there are few.',
      },
    },
    required: ['question'],
  },
};

/** What an agent of a task may call. */
export function agentTools(): AgentTools {
  return { declared: [askHuman], call: () => Promise.resolve(null) };
}
