import { join } from 'node:path';
import { packageRoot } from '../../config/package-root.js';
import { toolsName } from '../keeper/process/cookie.js';

/** How an agent starts the MCP server through which it reaches its tools. */
export interface ToolServer {
  name: string;
  command: string;
  args: string[];
  /** Variables that it needs of the agent's own environment. */
  environment: string[];
}

export function toolServer(): ToolServer {
  return {
    name: 'continuo',
    command: process.execPath,
    args: [join(packageRoot(), 'dist', 'tool-shim.js')],
    environment: [toolsName],
  };
}
