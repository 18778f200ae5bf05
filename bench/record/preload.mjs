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
  if (activity !== null && result === 0) writeDown(this, options, activity);
  return result;
};

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
    const program = { argv: args, cwd: cwd ?? process.cwd(), env, input, stdout, exitCode };
    appendFileSync(file, `${JSON.stringify({ ...activity, ...program, startedAt, endedAt: Date.now() })}\n`);
  });
}
