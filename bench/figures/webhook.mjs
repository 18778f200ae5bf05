import { Buffer } from 'node:buffer';
import { createServer } from 'node:net';
import { performance } from 'node:perf_hooks';
import { until } from '../support/keeper.mjs';
import { Lab } from '../support/lab.mjs';
import { copyProgram } from '../support/program.mjs';
import { beside } from '../support/report.mjs';
import { importSources } from '../support/sources.mjs';
import { alternate, median } from '../support/statistics.mjs';

const us = 'continuo-bot';
const secret = 'of the bench';
const mostMs = 500;

/**
 * From what happens to a pull request until its task is told: GitHub's webhook, the project, a look, and a signal. The
 * floor is a plain signal to a workflow. Both end with the time at which the server has written the signal down.
 */
export async function webhook({ scope, quick, say }) {
  const { openGitHub } = await importSources(scope, 'github', {
    '../test/support/github/index.ts': ['openGitHub'],
  });
  const github = await openGitHub();
  scope.defer(() => github.close());
  const shop = await github.repository('acme/shop', { roles: { [us]: 'write' } });
  const port = await freePort();
  const lab = await Lab.open(scope, {
    program: copyProgram(scope),
    env: { GITHUB_TOKEN: github.token(us), HOOK_SECRET: secret },
    sections: sectionsFor(github, shop, port),
  });
  const task = await lab.startTask('shown');
  const waits = async () => (await task.query('status')).waiting?.kind === 'decision';
  await until('the task is shown', async () => (await waits()) || null);
  const { change, headSha } = await task.query('status');
  github.webhooks.to(`http://127.0.0.1:${port}/webhooks/github`, secret);

  const bare = await lab.client.workflow.start('nobody', {
    workflowId: 'bare',
    taskQueue: 'nobody',
    args: [],
  });
  scope.defer(() => bare.terminate());
  const values = await alternate(
    quick ? 3 : 31,
    (round) => told(task, `check ${round}`, (name) => shop.check(headSha, name, { conclusion: 'success' })),
    (round) => told(bare, `word ${round}`, (word) => bare.signal('told', word)),
    (subject, floor) => say(`  webhook ${subject.toFixed(0)} ms, floor ${floor.toFixed(1)} ms`),
  );
  const failed = github.webhooks.deliveries.filter(({ status }) => status !== 202 && status !== 204);
  if (failed.length > 0) throw new Error(`${failed.length} webhooks for #${change.number} were not taken`);

  const common = { unit: 'ms', floor: median(values.floor), limit: { most: mostMs }, detail: values };
  return [
    beside({ name: 'webhook to task, median', value: median(values.subject), ...common }),
    beside({ name: 'webhook to task, slowest', value: Math.max(...values.subject), ...common }),
  ];
}

/** How long it takes from what is done until a workflow has a signal with that text in it, in ms. */
async function told(handle, text, act) {
  const startedAt = performance.timeOrigin + performance.now();
  await act(text);
  const at = await until(`${handle.workflowId} is told of ${text}`, () => timeOf(handle, text));
  return at - startedAt;
}

/** When such a signal was written down, in ms since the epoch; null while there is none. */
async function timeOf(handle, text) {
  const { events } = await handle.fetchHistory();
  const found = events.find(({ workflowExecutionSignaledEventAttributes: signal }) =>
    signal?.input?.payloads.some(({ data }) => Buffer.from(data).includes(JSON.stringify(text))),
  );
  if (found === undefined) return null;
  const { seconds, nanos } = found.eventTime;
  return Number(seconds) * 1_000 + nanos / 1_000_000;
}

/** Nothing looks by itself meanwhile. */
function sectionsFor(github, shop, port) {
  return {
    agent: 'kind: command',
    others: `command: { run: 'mkdir -p notes && echo done > notes/one.txt' }
forge: { kind: github, provider: { repo: acme/shop, api_url: '${github.apiUrl}', refresh_ms: 3600000 } }
webhooks: { port: ${port}, secret: $HOOK_SECRET }`,
    places: `repository: { url: '${shop.cloneUrl}', base: main }
review: { human: { when: always } }
land: { mode: pull_request }`,
  };
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
