export { createClaudeAgent } from './claude-agent.js';
