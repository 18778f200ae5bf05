import { defaultPayloadConverter } from '@temporalio/common';
import type { WorkflowInterceptors } from '@temporalio/workflow';
import type { LogFields } from './log-fields.js';
import { logFieldsHeader, logFieldsOf } from './log-fields.js';

/**
 * Binds what a workflow logs, and what its activities log, to its issue, once for all of them. Nothing here waits or asks
 * for anything, so that histories replay as before.
 */
export function interceptors(): WorkflowInterceptors {
  let fields: LogFields = {};
  return {
    inbound: [
      {
        execute(input, next) {
          fields = logFieldsOf(input.args[0]);
          return next(input);
        },
      },
    ],
    outbound: [
      {
        getLogAttributes: (input, next) => next({ ...input, ...fields }),
        scheduleActivity(input, next) {
          const own = { ...fields, ...logFieldsOf(input.args[0]) };
          const headers = { ...input.headers, [logFieldsHeader]: defaultPayloadConverter.toPayload(own) };
          return next({ ...input, headers });
        },
      },
    ],
  };
}
