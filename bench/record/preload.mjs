// Loaded into `continuo up` before the program: writes down every program that an activity runs, with
// the activity, so that the floor can run the same ones. For one recording only: nothing is measured then.
import { ChildProcess } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { Context } from '@temporalio/activity';

const file = process.env.CONTINUO_BENCH_RECORDING;
const spawn = ChildProcess.prototype.spawn;

ChildProcess.prototype.spawn = function (options) {
  const activity = activityAtWork();
  const result = spawn.call(this, options);
  // A channel is what the runner of git is started with; what it is ordered to run is heard there.
  if (this.channel) listenIn(this);
  else if (activity !== null && result === 0) writeDown(this, options, activity);
  return result;
};

/** Git is started by a process of its own: its runs are known by the orders and answers on its channel. */
function listenIn(runner) {
  const { send } = runner;
  const runs = new Map();
  runner.send = function (order, ...rest) {
    const activity = activityAtWork();
    if (order.kind === 'run' && activity !== null)
      runs.set(order.id, { activity, startedAt: Date.now(), ...order.run });
    return send.call(this, order, ...rest);
  };
  runner.on('message', ({ id, end }) => {
    const run = runs.get(id);
    if (run === undefined || end === undefined) return;
    runs.delete(id);
    const { activity, startedAt, args, cwd, env, input } = run;
    const { stdout, exitCode } = end;
    const program = {
      argv: ['git', ...args],
      cwd,
      env,
      input: String(input),
      stdout: String(stdout),
      exitCode,
    };
    write(activity, program, startedAt);
  });
}

function activityAtWork() {
  try {
    const { workflowExecution, activityId, activityType } = Context.current().info;
    return { workflowId: workflowExecution.workflowId, activityId, activityType };
  } catch {
    return null;
  }
}

function writeDown(child, { args, cwd, envPairs }, activity) {
  const startedAt = Date.now();
  let input = '';
  let stdout = '';
  if (child.stdin !== null) {
    const end = child.stdin.end;
    child.stdin.end = (chunk, ...rest) => {
      input += typeof chunk === 'function' ? '' : (chunk ?? '');
      return end.call(child.stdin, chunk, ...rest);
    };
  }
  child.stdout?.on('data', (chunk) => (stdout += chunk));
  child.once('close', (exitCode) => {
    const env = Object.fromEntries(envPairs.map((pair) => pair.split(/=(.*)/s, 2)));
    write(activity, { argv: args, cwd: cwd ?? process.cwd(), env, input, stdout, exitCode }, startedAt);
  });
}

function write(activity, program, startedAt) {
  appendFileSync(file, `${JSON.stringify({ ...activity, ...program, startedAt, endedAt: Date.now() })}\n`);
}
