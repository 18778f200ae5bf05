import type { Client } from '@temporalio/client';
import { refOf } from '../config/view.js';
import type { ConfigRef } from '../domain/config-view.js';
import { newProject, projectWorkflowId } from '../domain/project.js';
import { configureSignal } from '../workflows/messages.js';
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
