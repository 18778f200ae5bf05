// A small agent without a model: it speaks the protocol of Codex' app-server, and calls its tools as any MCP client
// does. What it does stands in `steps.json` of its working directory: `{ call, arguments }` calls a tool, `{ shell }` runs
// a command, `{ wait }` waits for a file. What came of each step is a line of `results.jsonl`; a second program goes
// on behind the first one's. Called with the command that starts the MCP server.
import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
const thread = { id: 'thread-1' };
const turn = { id: 'turn-1' };

async function startTools([command, ...args]) {
  const server = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const answers = new Map();
  createInterface({ input: server.stdout }).on('line', (line) => {
    const message = JSON.parse(line);
    answers.get(message.id)?.(message);
  });
  let requests = 0;
  const send = (message) => server.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  const ask = (method, params) =>
    new Promise((done) => {
      requests += 1;
      answers.set(requests, done);
      send({ id: requests, method, params });
    });
  const clientInfo = { name: 'tool-agent', version: '1' };
  await ask('initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo });
  send({ method: 'notifications/initialized', params: {} });
  return {
    list: () => ask('tools/list', {}),
    call: (name, input) => ask('tools/call', { name, arguments: input }),
    end: () => server.stdin.end(),
  };
}

async function play(tools, step) {
  if (step.list) return tools.list();
  if (step.call) return tools.call(step.call, step.arguments);
  if (step.shell) {
    const { status, stdout, stderr } = spawnSync('bash', ['-c', step.shell], { encoding: 'utf8' });
    return { status, stdout, stderr };
  }
  while (!existsSync(step.wait)) await sleep(20);
  return { found: step.wait };
}

async function work() {
  const steps = JSON.parse(readFileSync('steps.json', 'utf8'));
  const played = existsSync('results.jsonl')
    ? readFileSync('results.jsonl', 'utf8').split('\n').length - 1
    : 0;
  const tools = await startTools(process.argv.slice(2));
  for (const step of steps.slice(played)) {
    appendFileSync('results.jsonl', `${JSON.stringify(await play(tools, step))}\n`);
  }
  tools.end();
  say({ method: 'item/completed', params: { item: { type: 'agentMessage', id: 'm', text: 'Done.' } } });
  say({ method: 'turn/completed', params: { turn: { ...turn, status: 'completed' } } });
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  switch (method) {
    case 'initialize':
      return say({ id, result: {} });
    case 'thread/start':
    case 'thread/resume':
      return say({ id, result: { thread } });
    case 'thread/turns/list':
      return say({ id, result: { data: [] } });
    case 'turn/start':
      appendFileSync('told.jsonl', `${JSON.stringify(params.input)}\n`);
      say({ id, result: { turn } });
      return void work();
  }
});
