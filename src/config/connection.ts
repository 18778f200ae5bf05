import type { ConnectionOptions } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { Environment } from './environment.js';

/** How to reach a Temporal server; the options serve clients and workers alike. */
export interface EngineConnection {
  address: string;
  namespace: string;
  connectionOptions: {
    address: string;
    tls?: NonNullable<ConnectionOptions['tls']>;
    apiKey?: string;
    metadata?: NonNullable<ConnectionOptions['metadata']>;
  };
}

/**
 * The server that the operator named by `TEMPORAL_ADDRESS`, or by `TEMPORAL_PROFILE` in Temporal's own
 * configuration file, with all the other `TEMPORAL_*` settings. Null when none is named.
 */
export function namedConnection(env: Environment): EngineConnection | null {
  if (!env.TEMPORAL_ADDRESS && !env.TEMPORAL_PROFILE) return null;
  const variables = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const { connectionOptions, namespace } = loadClientConnectConfig({
    overrideEnvVars: Object.fromEntries(variables),
  });
  const { address = 'localhost:7233', tls, apiKey, metadata } = connectionOptions;
  return {
    address,
    namespace: namespace ?? 'default',
    connectionOptions: {
      address,
      ...(tls == null ? {} : { tls }),
      ...(apiKey === undefined ? {} : { apiKey }),
      ...(metadata === undefined ? {} : { metadata }),
    },
  };
}
