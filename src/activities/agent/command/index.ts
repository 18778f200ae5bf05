export { createCommandAgent } from './command-agent.js';
