import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { openAgent } from '../support/agents.mjs';
import { openServer } from '../support/engine.mjs';
import { Lab } from '../support/lab.mjs';
import { copyProgram } from '../support/program.mjs';
import { figure } from '../support/report.mjs';

const sessions = 20;

/** Twenty tasks at once, each with a real Codex that runs a command every second: beats that are missed, and memory. */
export async function fleet({ scope, quick, say }) {
  const commands = quick ? 3 : 20;
  const begun = new Set();
  const script =
    ({ say: answer, callTool }) =>
    (request) => {
      const done = request.conversation.filter(({ type }) => type === 'function_call_output').length;
      begun.add(sessionOf(request));
      // None ends before all of them are at work.
      if (done >= commands && begun.size >= sessions) return answer('Done.');
      return callTool('exec_command', { cmd: 'seq 200', login: false }, { delayMs: 1_000 });
    };
  const agent = await openAgent(scope, 'codex', script, say);
  if (agent === null) return [];
  const { env, sections } = agent;
  const address = await openServer(scope);
  const program = copyProgram(scope);
  const lab = await Lab.open(scope, { program, address, env, sections, agents: sessions });
  const names = Array.from({ length: sessions }, (_, index) => `fleet-${index}`);
  const handles = await Promise.all(names.map((name) => lab.startTask(name)));
  while (begun.size < sessions) await sleep(200);
  const memory = memoryOf(lab.folder, agent.bare[0]);
  say(`  ${sessions} sessions: ${JSON.stringify(memory)} MB`);
  await Promise.all(handles.map((handle, index) => lab.landed(handle, names[index])));
  const lost = (await Promise.all(handles.map(repeatedTurns))).flat();
  return [
    figure({
      name: '20 real sessions at once, attempts lost',
      unit: 'attempts',
      value: lost.length,
      limit: { most: 0 },
      detail: { lost },
    }),
    figure({ name: 'memory of our worker then', unit: 'MB', value: memory.worker }),
    figure({ name: 'memory of our 20 keepers then', unit: 'MB', value: memory.keepers }),
    figure({ name: 'memory of the 20 agents then', unit: 'MB', value: memory.agents }),
  ];
}

/** Codex names its thread in each request. */
function sessionOf({ body }) {
  return body.prompt_cache_key;
}

/** Shares of memory (PSS) of the processes whose environment or command line names the lab's folder, in MB. */
function memoryOf(folder, binary) {
  const memory = { worker: 0, keepers: 0, agents: 0 };
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      const isOurs = readFileSync(`/proc/${pid}/environ`, 'utf8').includes(folder);
      if (!isOurs && !command.some((word) => word.includes(folder))) continue;
      const pss = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1];
      const kind =
        command[0] === binary
          ? 'agents'
          : command.some((word) => word.endsWith('keeper.js'))
            ? 'keepers'
            : command.includes('up')
              ? 'worker'
              : null;
      if (kind !== null) memory[kind] += Number(pss ?? 0) / 1024;
    } catch {
      // It has ended meanwhile.
    }
  }
  return memory;
}

/** A beat that was missed ends its attempt, and the next one has a higher number. */
async function repeatedTurns(handle) {
  const { events } = await handle.fetchHistory();
  return events.flatMap(({ activityTaskStartedEventAttributes: started }) =>
    started && started.attempt > 1 ? [started.lastFailure?.message ?? 'unknown'] : [],
  );
}
