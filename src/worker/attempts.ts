import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { ActivityNotFoundError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { z } from 'zod';
import type { Logger } from '../activities/host.js';
import { writeWhole } from '../config/atomic-write.js';
import { ProcessName } from '../config/engine-file.js';
import type { DataPaths } from '../config/paths.js';
import { FailureType } from '../domain/failure.js';
import { isAlive } from '../activities/keeper/process-name.js';

/** One attempt of an activity that a worker process has begun and not ended. */
const Attempt = z.object({
  /** Base64. */
  taskToken: z.string(),
  /** For people. */
  workflowId: z.string(),
  activity: z.string(),
  process: ProcessName,
});
type Attempt = z.infer<typeof Attempt>;

/** Notes each attempt in the data directory for as long as it lasts. What cannot be noted runs all the same. */
export function noteAttempts(
  paths: Pick<DataPaths, 'root'>,
  process: ProcessName,
): ActivityInterceptorsFactory {
  return ({ info }) => ({
    inbound: {
      async execute(input, next) {
        const taskToken = info.base64TaskToken;
        const file = join(folderOf(paths), `${nameOf(taskToken)}.json`);
        const workflowId = info.workflowExecution?.workflowId ?? '';
        const attempt: Attempt = { taskToken, workflowId, activity: info.activityType, process };
        await writeWhole(file, JSON.stringify(attempt)).catch(() => undefined);
        try {
          return await next(input);
        } finally {
          await rm(file, { force: true }).catch(() => undefined);
        }
      },
    },
  });
}

/**
 * Fails the attempts of worker processes that have died, in their name: the server starts the next attempts at
 * once, and does not wait for heartbeats that will never come. Never throws: what does not succeed costs
 * the time of a heartbeat timeout.
 */
export async function failDeadAttempts(
  paths: Pick<DataPaths, 'root'>,
  client: Pick<Client, 'activity'>,
  log: Logger,
): Promise<void> {
  const names = await readdir(folderOf(paths)).catch(() => []);
  await Promise.all(
    names.map(async (name) => {
      const file = join(folderOf(paths), name);
      try {
        await failDeadAttempt(file, client, log);
      } catch (error) {
        log.warn('the attempt of a dead worker stays until it times out', { file, error });
      }
    }),
  );
}

async function failDeadAttempt(file: string, client: Pick<Client, 'activity'>, log: Logger): Promise<void> {
  const attempt = await read(file);
  if (attempt !== null) {
    if (await isAlive(attempt.process)) return;
    await failAttempt(attempt, client, log);
  }
  await rm(file, { force: true });
}

async function failAttempt(
  { taskToken, workflowId, activity }: Attempt,
  client: Pick<Client, 'activity'>,
  log: Logger,
): Promise<void> {
  const failure = ApplicationFailure.create({
    message: 'the worker ended in the middle of this attempt',
    type: FailureType.infrastructure,
    nextRetryDelay: '1ms',
  });
  try {
    await client.activity.fail(Buffer.from(taskToken, 'base64'), failure);
    log.info('an activity of a dead worker is tried again', { workflowId, activity });
  } catch (error) {
    // It has ended, or another attempt has begun.
    if (!(error instanceof ActivityNotFoundError)) throw error;
  }
}

/** Null when the file says nothing that this version understands. */
async function read(file: string): Promise<Attempt | null> {
  try {
    return Attempt.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return null;
  }
}

function folderOf({ root }: Pick<DataPaths, 'root'>): string {
  return join(root, 'attempts');
}

/** A token is too long for the name of a file. */
function nameOf(taskToken: string): string {
  return createHash('sha256').update(taskToken).digest('hex').slice(0, 32);
}
