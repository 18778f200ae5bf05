/**
 * The agent's tools as an MCP server on stdio: what an agent starts when its configuration names
 * `dist/tool-shim.js`. It holds nothing itself: every call goes to the keeper, which journals it and
 * keeps it until a worker answers, however many workers come and go meanwhile.
 *
 * `CONTINUO_TOOLS` is the path of the keeper's tools socket. Exits with 1 when there is no keeper.
 */
import { fromJsonSchema, McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import type { ToolDeclaration } from '../protocol.js';
import type { Tools } from './tools.js';
import { connectTools } from './tools.js';

function createServer(declared: ToolDeclaration[], tools: Tools): McpServer {
  const server = new McpServer({ name: 'continuo', version: '1' });
  for (const { name, description, inputSchema } of declared) {
    const about = { description, inputSchema: fromJsonSchema(inputSchema) };
    server.registerTool(name, about, async (input) => ({ ...(await tools.call(name, input)) }));
  }
  return server;
}

const path = process.env.CONTINUO_TOOLS;
if (path === undefined) {
  process.stderr.write('CONTINUO_TOOLS is not set: this program is started by an agent that Continuo runs\n');
  process.exit(1);
}
try {
  const tools = await connectTools(path);
  const declared = await tools.list();
  serveStdio(() => createServer(declared, tools));
  await Promise.race([tools.closed, once(process.stdin, 'end')]);
  // When the keeper has ended, what waited has just been answered: the answers still have to be written.
  await setImmediate();
  process.exit(0);
} catch (error) {
  process.stderr.write(`the tools cannot be reached: ${String(error)}\n`);
  process.exit(1);
}
