import type { Turn } from '../../src/activities/agent/agent.js';

const reportTool = { name: 'report', description: 'Tells how far you are.', inputSchema: {} };

/** A turn of no host: for protocols, which know of nothing but words. */
export const testTurn: Turn = {
  key: 'run-1/1',
  identifier: 'SHOP-1',
  title: 'Add the sum',
  attempt: null,
  turn: 1,
  round: 1,
  session: null,
  prompt: 'Add the sum.',
  guidance: '',
  isReadOnly: false,
  isShutIn: false,
  report: null,
  answers: [],
  limits: { tokens: null, usd: null },
  tools: { declared: [reportTool], call: () => Promise.resolve(null) },
  remarks: { all: () => [], listen: () => () => undefined, heard: () => undefined },
  spent: () => undefined,
  workspace: '/srv/shop',
  home: '/run/home',
  env: { TMPDIR: '/run/tmp' },
  enclose: () => Promise.reject(new Error('nothing is started here')),
  place: '/run/place',
  owner: {
    project: 'shop',
    identifier: 'SHOP-1',
    workflowId: 'task',
    workflowRun: 'run-1',
    kind: 'agent',
    title: 'turn 1',
  },
  leaseMs: 1,
  transcript: '/run/transcript.log',
  transcriptLimitBytes: 1,
  transcriptFrom: 0,
  summaryLimit: { lines: 1, bytes: 500 },
};
