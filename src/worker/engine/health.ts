import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import type { EngineConnection } from '../../config/connection.js';

/** Whether a Temporal server answers there and serves the namespace. */
export async function isHealthy(
  options: EngineConnection['connectionOptions'],
  namespace: string,
): Promise<boolean> {
  let connection: Connection | null = null;
  try {
    connection = await Connection.connect({ ...options, connectTimeout: '2s' });
    const { workflowService } = connection;
    await connection.withDeadline(Date.now() + 2000, () => workflowService.describeNamespace({ namespace }));
    return true;
  } catch {
    return false;
  } finally {
    await connection?.close();
  }
}

const retention = '90 days';

/** Closed tasks stay in the Temporal UI this long; the server's own default is one. */
export async function keepHistories(address: string, namespace: string): Promise<void> {
  const connection = await Connection.connect({ address });
  try {
    await connection.workflowService.updateNamespace({
      namespace,
      config: { workflowExecutionRetentionTtl: msToTs(retention) },
    });
  } finally {
    await connection.close();
  }
}
