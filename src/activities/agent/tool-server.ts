import { join } from 'node:path';
import { packageRoot } from '../../config/package-root.js';
import { toolsName } from '../keeper/process/cookie.js';
import type { AgentTools } from './agent.js';

/** How an agent starts the MCP server through which it reaches its tools. */
export interface ToolServer {
  name: string;
  command: string;
  args: string[];
  /** Variables that it needs of the agent's own environment. */
  environment: string[];
  /** What it has to be able to read, wherever this program is installed. */
  files: string[];
}

/** None where the agent has no tools of ours. */
export function toolServersFor({ declared }: AgentTools): ToolServer[] {
  return declared.length === 0 ? [] : [toolServer()];
}

export function toolServer(): ToolServer {
  const shim = join(packageRoot(), 'dist', 'tool-shim.js');
  return {
    name: 'continuo',
    command: process.execPath,
    args: [shim],
    environment: [toolsName],
    // Node reads from the package what kind of module it is.
    files: [process.execPath, shim, join(packageRoot(), 'package.json')],
  };
}
