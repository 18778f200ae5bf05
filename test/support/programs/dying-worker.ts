// Plays a turn, and dies as by `kill -9` between the effect of its first call of a tool and the result. Its settings are on the
// command line as JSON; its environment is the worker's.
import { writeSync } from 'node:fs';
import { MockActivityEnvironment } from '@temporalio/testing';
import { TestHost } from '../../activities/agent/host.js';
import { notingCalls } from '../noted-calls.js';

export interface DyingSettings {
  folder: string;
  sections: string;
}

const { folder, sections } = JSON.parse(process.argv[2] ?? '') as DyingSettings;
const createAgent = notingCalls((name, key) => {
  writeSync(1, `called ${name} ${key}\n`);
  process.kill(process.pid, 'SIGKILL');
});
const host = new TestHost(sections, undefined, process.env, { createAgent, folder });
await host.runTurn({}, new MockActivityEnvironment({ attempt: 1 }));
