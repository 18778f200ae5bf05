import { defaultPayloadConverter } from '@temporalio/common';
import type { ActivityExecuteInput, ActivityInterceptorsFactory } from '@temporalio/worker';
import { z } from 'zod';
import { logFieldsHeader } from '../../workflows/log-fields.js';
import type { Fields } from './line.js';
import type { HostLogger } from './logger.js';

const Told = z.record(z.string(), z.string());

/**
 * Binds every line that an activity writes, and that the SDK writes about it, to its issue and to the run of its workflow:
 * whoever logs in an activity gives none of that.
 */
export function bindActivityLog(log: Pick<HostLogger, 'within'>): ActivityInterceptorsFactory {
  return ({ info }) => {
    let fields: Fields = {};
    return {
      inbound: {
        execute(input, next) {
          const { workflowId, runId } = info.workflowExecution ?? {};
          fields = {
            ...toldBy(input),
            workflow_id: workflowId,
            run_id: runId,
            activity: info.activityType,
            activity_attempt: info.attempt,
          };
          return log.within(fields, () => next(input));
        },
      },
      outbound: { getLogAttributes: (input, next) => next({ ...input, ...fields }) },
    };
  };
}

/** What the workflow says of itself; one of another version may say nothing. */
function toldBy({ headers }: ActivityExecuteInput): Fields {
  const payload = headers[logFieldsHeader];
  if (payload === undefined) return {};
  const told = Told.safeParse(defaultPayloadConverter.fromPayload(payload));
  return told.success ? told.data : {};
}
