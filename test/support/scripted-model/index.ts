export type { ModelRequest } from './request.js';
export type { Answer, Fault, Moment, Reply, Script, Step, ToolCall, Usage } from './script.js';
export { callTool, callTools, disconnect, fail, failLate, hang, say } from './script.js';
export { ScriptedModel } from './server.js';
export type { AgentTools } from './tools.js';
export { tools } from './tools.js';
