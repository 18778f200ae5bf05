// An agent that speaks as much of the protocol of Claude Code as one turn needs, has a price, and tells a secret to whoever
// listens. It waits for the file `go` two folders up, writes a file named for its workspace, and ends; in the workspace of
// `b-broken` it breaks down instead.
import { existsSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

const name = basename(process.cwd());
const secret = process.env.MODEL_LOGIN;
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

createInterface({ input: process.stdin }).on('line', async (line) => {
  const { type, request_id } = JSON.parse(line);
  if (type === 'control_request')
    say({ type: 'control_response', response: { subtype: 'success', request_id } });
  if (type !== 'user') return;
  say({ type: 'system', subtype: 'init', session_id: `thread-of-${name}` });
  process.stderr.write(`the key is ${secret}\n`);
  if (name === 'b-broken') process.exit(3);
  while (!existsSync('../../go')) await pause(20);
  writeFileSync(`${name}.txt`, 'done\n');
  const usage = {
    inputTokens: 1000,
    outputTokens: 200,
    cacheReadInputTokens: 0,
    cacheCreationInputTokens: 0,
  };
  say({
    type: 'result',
    is_error: false,
    terminal_reason: 'completed',
    result: `wrote it with ${secret}`,
    model_usage_since_last_result: { model: { ...usage, costUSD: 0.25 } },
  });
});
