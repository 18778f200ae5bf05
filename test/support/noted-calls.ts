import type { AgentFactory } from '../../src/activities/agent/agent.js';
import { createAgent } from '../../src/activities/agent/registry.js';

/** The agent of the workflow file, with somebody told of each call of a tool when it has taken effect, before its result is sent. */
export function notingCalls(note: (name: string, key: string) => void): AgentFactory {
  return (config) => {
    const agent = createAgent(config);
    return {
      ...agent,
      runTurn(turn, emit, attempt) {
        const call: typeof turn.tools.call = async (asked, key) => {
          const result = await turn.tools.call(asked, key);
          note(asked.name, key);
          return result;
        };
        return agent.runTurn({ ...turn, tools: { ...turn.tools, call } }, emit, attempt);
      },
    };
  };
}
