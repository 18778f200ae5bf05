import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { searchAttributeKeys } from '../../src/workflows/search-attributes.js';
import { startLocalServer, startTimeSkippingServer } from './temporal.js';

describe('the time-skipping server', () => {
  let server: TestWorkflowEnvironment;
  beforeAll(async () => (server = await startTimeSkippingServer()));
  afterAll(() => server.teardown());

  it('skips a day', async () => {
    const before = await server.currentTimeMs();
    await server.sleep('1d');
    expect(await server.currentTimeMs()).toBeGreaterThanOrEqual(before + 24 * 60 * 60 * 1000);
  });
});

describe('the local server', () => {
  let server: TestWorkflowEnvironment;
  beforeAll(async () => (server = await startLocalServer()));
  afterAll(() => server.teardown());

  it('knows the search attributes', async () => {
    const { customAttributes } = await server.connection.operatorService.listSearchAttributes({
      namespace: 'default',
    });
    expect(Object.keys(customAttributes)).toEqual(
      expect.arrayContaining(searchAttributeKeys.map((key) => key.name)),
    );
  });
});
