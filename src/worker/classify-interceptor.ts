import type { ActivityInboundCallsInterceptor } from '@temporalio/worker';
import { classify } from '../activities/failure.js';

/** Turns whatever an activity throws into a typed failure. The SDK logs it. */
export function classifyErrors(): { inbound: ActivityInboundCallsInterceptor } {
  return {
    inbound: {
      async execute(input, next) {
        try {
          return await next(input);
        } catch (error) {
          throw classify(error);
        }
      },
    },
  };
}
