import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { claimOf, generations, memoryOf, until } from '../support/keeper.mjs';
import { copyProgram } from '../support/program.mjs';
import { comparison, figure } from '../support/report.mjs';
import {
  bareBurst,
  bareEcho,
  burstOf,
  echoOf,
  keeperClient,
  linesAgent,
  programOf,
  sessionOf,
} from '../support/session.mjs';
import { importSources } from '../support/sources.mjs';
import { alternate, quantile, timed } from '../support/statistics.mjs';

const lineBytes = 1_024;
const settledMs = 2_000;

/** What a keeper costs beside a bare pipe: memory, events in a second, time for a message, time to start a program. */
export async function keepers({ scope, quick, say }) {
  copyProgram(scope);
  const client = await importSources(scope, 'keeper-client', keeperClient);
  const bench = { ...client, folder: scope.folder(), say };
  const lines = Math.ceil(((quick ? 20 : 200) * 1_000_000) / lineBytes);
  return [
    ...(await memory(bench, lines)),
    await events(bench, lines, quick ? 2 : 7),
    ...(await latency(bench, quick ? 200 : 1_000, quick ? 1 : 5)),
    await start(bench, quick ? 5 : 25),
  ];
}

/** Of one keeper: while its program waits, and after much output, when everything has been read. */
async function memory({ runSession, folder }, lines) {
  const name = 'memory';
  const session = (epoch) => sessionOf({ folder, name, argv: linesAgent(), epoch });
  const silent = { initial: {}, apply: (state) => state, next: () => [] };
  const leave = new globalThis.AbortController();
  const left = runSession({ ...session(1), leave: leave.signal, protocol: silent }).catch(() => undefined);
  const generation = await until('a keeper', () => generations(folder)[0] ?? null);
  const { pid } = (await until('its claim', () => claimOf(generation))).process;
  await sleep(settledMs);
  const idle = memoryOf(pid);
  leave.abort();
  await left;

  const end = new globalThis.AbortController();
  await new Promise((reached, failed) => {
    const { next, ...burst } = burstOf(lines, reached);
    // Never done: the keeper is looked at while it runs.
    const protocol = { ...burst, next: (state) => next(state).filter(({ kind }) => kind === 'write') };
    runSession({ ...session(2), end: end.signal, protocol }).catch(failed);
  });
  await sleep(settledMs);
  const after = memoryOf(pid);
  end.abort();

  const limit = { under: 60 };
  const detail = { idle, after };
  return [
    figure({ name: 'keeper memory when idle', unit: 'MB', value: idle.rss, limit, detail }),
    figure({ name: 'keeper memory after much output', unit: 'MB', value: after.rss, limit, detail }),
    figure({ name: 'keeper memory at its highest', unit: 'MB', value: after.highest }),
    figure({ name: 'keeper memory, share (PSS)', unit: 'MB', value: after.pss }),
  ];
}

/** From the request until the last line has been read and parsed. */
async function events({ runSession, folder, say }, lines, rounds) {
  const burst = async (round) => {
    let took;
    const protocol = burstOf(lines, (ms) => (took = ms));
    await runSession({ ...sessionOf({ folder, name: `events-${round}`, argv: linesAgent() }), protocol });
    return took;
  };
  const values = await alternate(
    rounds,
    async (round) => lines / (await burst(round)),
    async () => lines / (await bareBurst(lines)),
    (subject, bare) => say(`  ${subject.toFixed(0)} events/ms, bare pipe ${bare.toFixed(0)} events/ms`),
  );
  return comparison({ name: 'events through a keeper', unit: 'events/ms', values, limit: { least: 0.7 } });
}

/** There and back, one message at a time. */
async function latency({ runSession, folder, say }, messages, rounds) {
  const kept = async (round) => {
    const times = [];
    const protocol = echoOf(messages, (ms) => times.push(ms));
    await runSession({ ...sessionOf({ folder, name: `echo-${round}`, argv: ['cat'] }), protocol });
    return times;
  };
  const values = await alternate(rounds, kept, () => bareEcho(['cat'], messages));
  const [subject, floor] = [values.subject.flat(), values.floor.flat()];
  return [
    ['median', 0.5],
    ['99 of 100', 0.99],
  ].map(([name, share]) => {
    const [value, bare] = [quantile(subject, share), quantile(floor, share)];
    say(`  added to a message, ${name}: ${(value - bare).toFixed(2)} ms`);
    return comparison({
      name: `round trip of a message, ${name}`,
      unit: 'ms',
      values: { subject: [value], floor: [bare] },
    });
  });
}

/** A program that does nothing, from its start to its result. */
async function start({ runProgram, folder }, rounds) {
  const kept = (round) => {
    const program = programOf({
      folder,
      name: `start-${round}`,
      argv: ['true'],
    });
    return timed(() => runProgram({ ...program, stdin: null, output: join(folder, `output-${round}`) }));
  };
  const bare = () => timed(() => once(spawn('true', { stdio: 'ignore' }), 'close'));
  const values = await alternate(rounds, kept, bare);
  return comparison({ name: 'a program that does nothing', unit: 'ms', values });
}
