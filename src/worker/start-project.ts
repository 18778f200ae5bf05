import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import { refOf } from '../config/view.js';
import type { ConfigRef } from '../domain/config-view.js';
import { newProject, projectWorkflowId } from '../domain/project.js';
import { configureSignal, hostJoinedSignal } from '../workflows/messages.js';
import type { project } from '../workflows/project.js';
import { keyword, projectAttribute } from '../workflows/search-attributes.js';
import type { Host } from './host.js';

/** Starts the project's scheduler, or tells the one that runs that this host and configuration are its own now. */
export async function startProject(client: Client, queue: string, { config, host }: Host): Promise<void> {
  const ref = refOf(config);
  await client.workflow.signalWithStart<typeof project, [{ config: ConfigRef; host: string }]>('project', {
    workflowId: projectWorkflowId(config.project),
    taskQueue: queue,
    args: [newProject(config.project, ref, host)],
    signal: configureSignal,
    signalArgs: [{ config: ref, host }],
    typedSearchAttributes: [{ key: projectAttribute, value: keyword(config.project) }],
    staticSummary: `Scheduler of ${config.project}`,
  });
}

const joinEveryMs = 5_000;

/** Joins the project as one of its hosts, as soon as somebody has started its scheduler. */
export async function joinProject(
  client: Client,
  { config, host, log }: Host,
  signal: AbortSignal,
): Promise<void> {
  const handle = client.workflow.getHandle(projectWorkflowId(config.project));
  let problem = '';
  while (!signal.aborted) {
    try {
      await handle.signal(hostJoinedSignal, { host, config: config.hash });
      log.info('joined the project', { project: config.project, host });
      return;
    } catch (error) {
      // Said once: it may take days until somebody types `continuo up`.
      const message =
        error instanceof WorkflowNotFoundError
          ? 'waits until `continuo up` starts the project'
          : String(error);
      if (message !== problem)
        log.info('has not joined the project yet', { project: config.project, message });
      problem = message;
    }
    await sleep(joinEveryMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}
