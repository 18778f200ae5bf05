import { describe, expect, it } from '@jest/globals';
import { SdkComponent } from '@temporalio/common';
import { LogTimestamp } from '@temporalio/worker';
import { createLogger } from '../../../src/worker/log/logger.js';
import { sdkLogger } from '../../../src/worker/log/sdk-logger.js';

function collect() {
  const lines: string[] = [];
  const log = createLogger({
    level: 'debug',
    format: 'text',
    secrets: [],
    write: (line) => lines.push(line),
  });
  return {
    lines: () => lines.map((line) => line.replace(/^time=\S+ /, '')),
    sdk: sdkLogger(() => log),
    raw: lines,
  };
}

const ofRun = { workflowId: 'task/shop/a', runId: 'r', namespace: 'default', taskQueue: 'continuo' };

describe('what goes through the SDK', () => {
  it('keeps the level and all fields of our workflows, with the time at which they spoke', () => {
    const { raw, sdk } = collect();
    const meta = {
      ...ofRun,
      sdkComponent: SdkComponent.workflow,
      workflowType: 'task',
      issue_id: 'a',
      phase: 'run',
    };
    sdk.info('phase ended', { ...meta, [LogTimestamp]: 1_700_000_000_123_456_789n });
    expect(raw).toEqual([
      'time=2023-11-14T22:13:20.123Z level=info message="phase ended" workflow_id=task/shop/a run_id=r issue_id=a phase=run',
    ]);
  });

  it('is everyday life at debug, and loud where the SDK is', () => {
    const { lines, sdk } = collect();
    const meta = { sdkComponent: SdkComponent.worker };
    sdk.trace('a', meta);
    sdk.info('b', meta);
    sdk.warn('No workflows registered, not polling for workflow tasks', meta);
    sdk.warn('c', meta);
    sdk.log('ERROR', 'd', { sdkComponent: SdkComponent.core });
    expect(lines().map((line) => /^level=(\w+)/.exec(line)?.[1])).toEqual([
      'debug',
      'debug',
      'debug',
      'warn',
      'error',
    ]);
  });

  it('shows of the metadata of the SDK where it happened, and no payload', () => {
    const { lines, sdk } = collect();
    const error = new Error('Activity failed', { cause: new Error('no space left') });
    sdk.warn('it failed', {
      ...ofRun,
      sdkComponent: SdkComponent.worker,
      activityType: 'verify',
      attempt: 2,
      issue_identifier: 'a',
      error,
      completion: { result: 'payload' },
      spanContexts: 'payload',
      task_token: 'payload',
    });
    expect(lines()).toEqual([
      'level=warn message="it failed" workflow_id=task/shop/a run_id=r queue=continuo activity=verify ' +
        'activity_attempt=2 issue_identifier=a error="Activity failed: no space left"',
    ]);
  });
});
