import type { Client } from '@temporalio/client';
import type { Config } from '../../config/config.js';
import type { Environment } from '../../config/environment.js';
import { variable } from '../../config/environment.js';
import { variableName } from '../../config/github-provider.js';
import { projectWorkflowId } from '../../domain/project.js';
import { refreshChangesSignal, refreshSignal } from '../../workflows/messages.js';
import { CliError, ExitCode } from '../error.js';
import type { Attention } from './github-event.js';
import type { Listening } from './listen.js';
import { listen } from './listen.js';
import { createWebhooks } from './webhooks.js';

interface Place {
  client: Client;
  config: Config;
  env: Environment;
  warn: (message: string, fields: Record<string, unknown>) => void;
}

const loopback = ['localhost', '127.0.0.1', '[::1]'];

/** Listens where the workflow file says so; null where it says nothing. Throws `CliError` where that is impossible. */
export async function serveWebhooks({ client, config, env, warn }: Place): Promise<Listening | null> {
  const { webhooks, project, file } = config;
  if (webhooks === undefined) return null;
  const name = variableName(webhooks.secret);
  const secret = variable(env, name);
  if (secret === undefined) {
    const message = `webhooks.secret of ${file} names ${name}, which is not set where the worker runs`;
    throw new CliError(ExitCode.failed, message, `set it to the secret that GitHub has: continuo webhook`);
  }
  const { host, port, allowed_hosts } = webhooks;
  const app = createWebhooks({
    secret,
    hosts: [...loopback, host, ...allowed_hosts],
    call: (attention) => tell(client, project, attention),
    failed: (error) => warn('a webhook could not be passed on', { project, error: String(error) }),
  });
  try {
    return await listen(app, { host, port });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const message = `webhooks of ${file} cannot be listened for at ${host}, port ${port}: ${why}`;
    throw new CliError(ExitCode.failed, message, 'change webhooks.port or webhooks.host', { cause: error });
  }
}

async function tell(client: Client, project: string, attention: Attention): Promise<void> {
  const handle = client.workflow.getHandle(projectWorkflowId(project));
  if (attention.kind === 'tracker') await handle.signal(refreshSignal);
  else await handle.signal(refreshChangesSignal, { numbers: attention.numbers });
}
