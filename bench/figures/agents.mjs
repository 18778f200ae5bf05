import { spawn } from 'node:child_process';
import { agentNames, openAgent } from '../support/agents.mjs';
import { openServer } from '../support/engine.mjs';
import { Lab } from '../support/lab.mjs';
import { copyProgram } from '../support/program.mjs';
import { comparison } from '../support/report.mjs';
import { alternate } from '../support/statistics.mjs';

/**
 * From a task's slot (the server has scheduled its turn) until the model is asked for the first time, beside the same
 * agent started bare with the same prompt.
 */
export async function agents({ scope, quick, say }) {
  const program = copyProgram(scope);
  const all = [];
  for (const name of agentNames) {
    const agent = await openAgent(
      scope,
      name,
      ({ say: answer }) =>
        () =>
          answer('Done.'),
      say,
    );
    if (agent !== null) all.push(await figureOf({ scope, program, name, agent, quick, say }));
  }
  return all;
}

async function figureOf({ scope, program, name, agent, quick, say }) {
  const { env, sections, model } = agent;
  const address = await openServer(scope);
  const lab = await Lab.open(scope, { program, address, env, sections });
  const subject = async (round) => {
    const asked = model.scripted.length;
    const handle = await lab.startTask(`${name}-${round}`);
    await lab.landed(handle, `${name}-${round}`);
    return model.scripted[asked].at - (await turnScheduledAt(handle));
  };
  const bare = () => firstRequest(agent, lab.repository);
  // The first start reads the files from the disk.
  await subject('warm');
  await bare();
  const values = await alternate(quick ? 2 : 7, subject, bare, (ours, theirs) =>
    say(`  ${name}: asks its model after ${ours.toFixed(0)} ms, bare after ${theirs.toFixed(0)} ms`),
  );
  return comparison({ name: `slot to first question, ${name}`, unit: 'ms', values, limit: { most: 1.3 } });
}

async function turnScheduledAt(handle) {
  const { events } = await handle.fetchHistory();
  const event = events.find(
    ({ activityTaskScheduledEventAttributes: scheduled }) => scheduled?.activityType.name === 'runTurn',
  );
  return Number(event.eventTime.seconds) * 1_000 + event.eventTime.nanos / 1_000_000;
}

async function firstRequest({ bare: [program, ...args], env, model }, cwd) {
  const asked = model.scripted.length;
  const startedAt = Date.now();
  const child = spawn(program, [...args, 'Write a note.'], { cwd, env, stdio: 'ignore' });
  await new Promise((resolve) => child.once('close', resolve));
  if (model.scripted.length === asked) throw new Error(`${program} did not ask its model`);
  return model.scripted[asked].at - startedAt;
}
