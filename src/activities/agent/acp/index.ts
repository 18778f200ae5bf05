export { createAcpAgent } from './acp-agent.js';
