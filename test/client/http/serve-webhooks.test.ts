import { createHmac } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { serveWebhooks } from '../../../src/client/http/serve-webhooks.js';
import { webhookPath } from '../../../src/client/http/webhooks.js';
import { parseConfig } from '../../../src/config/parse.js';
import { projectWorkflowId } from '../../../src/domain/project.js';
import { workflowText } from '../../config/workflow-file.js';
import type { Lab } from '../support/lab.js';
import { openLab } from '../support/lab.js';

describe('webhooks of a project', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab();
    await lab.startProject();
  });
  afterAll(() => lab.close());

  const env = { HOOK_SECRET: 'of the test' };
  const configOf = (webhooks: string) =>
    parseConfig('/srv/shop/WORKFLOW.md', workflowText({ project: `{ name: ${lab.project} }`, webhooks }), {});
  const serve = (webhooks: string, given: Record<string, string> = env) => {
    const warn = () => undefined;
    return serveWebhooks({ client: lab.env.client, config: configOf(webhooks), env: given, warn });
  };

  /** A port that was free a moment ago. */
  async function freePort(): Promise<number> {
    const { createServer } = await import('node:net');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    await new Promise((resolve) => server.close(resolve));
    if (address === null || typeof address === 'string') throw new Error('it has a port');
    return address.port;
  }

  it('have it look at its tracker, or at the pull request that they are about', async () => {
    const port = await freePort();
    const server = await serve(`{ port: ${port}, secret: $HOOK_SECRET }`);
    try {
      const post = async (event: string, payload: object) => {
        const body = JSON.stringify(payload);
        const signature = createHmac('sha256', env.HOOK_SECRET).update(body).digest('hex');
        const headers = {
          'x-github-event': event,
          'x-github-delivery': event,
          'x-hub-signature-256': `sha256=${signature}`,
        };
        const url = `http://127.0.0.1:${port}${webhookPath}`;
        return (await fetch(url, { method: 'POST', body, headers })).status;
      };
      expect(await post('issues', { issue: { number: 1 } })).toBe(202);
      expect(await post('pull_request', { pull_request: { number: 12 } })).toBe(202);
      const { events } = await lab.env.client.workflow
        .getHandle(projectWorkflowId(lab.project))
        .fetchHistory();
      const signals = (events ?? []).map(
        (event) => event.workflowExecutionSignaledEventAttributes?.signalName,
      );
      expect(signals).toEqual(expect.arrayContaining(['refresh', 'refreshChanges']));
    } finally {
      await server?.close();
    }
  });

  it('are off where the workflow file says nothing of them', async () => {
    expect(await serve('-')).toBeNull();
  });

  it('are said to be impossible where the secret is not set, or the port is taken', async () => {
    const port = await freePort();
    const section = `{ port: ${port}, secret: $HOOK_SECRET }`;
    await expect(serve(section, {})).rejects.toThrow('names HOOK_SECRET, which is not set');
    const server = await serve(section);
    await expect(serve(section)).rejects.toThrow(`cannot be listened for at 127.0.0.1, port ${port}`);
    await server?.close();
  });

  it('are set up by what `continuo webhook` prints, without the secret', async () => {
    const file = join(lab.folder, 'HOOKS.md');
    await writeFile(
      file,
      workflowText({ webhooks: '{ port: 8791, secret: $HOOK_SECRET, allowed_hosts: [hooks.example.org] }' }),
    );
    const run = await lab.cli(['webhook', '--workflow', file], { env });
    expect(run).toMatchObject({ exitCode: 0 });
    expect(run.stdout).toContain('https://hooks.example.org/webhooks/github');
    expect(run.stdout).toContain('the value of HOOK_SECRET');
    expect(run.stdout).not.toContain(env.HOOK_SECRET);
    const json = await lab.cli(['webhook', '--json', '--workflow', file]);
    expect(JSON.parse(json.stdout)).toMatchObject({ listens: { host: '127.0.0.1', port: 8791 } });
    const none = await lab.cli(['webhook']);
    expect(none.exitCode).toBe(1);
    expect(none.stderr).toContain('has no section webhooks');
  });
});
