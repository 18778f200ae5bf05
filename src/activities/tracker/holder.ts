import { createHash } from 'node:crypto';
import { Context } from '@temporalio/activity';

/** Whose tasks hold a claim: one project of one orchestrator. */
export interface Holder {
  project: string;
  /** Tells orchestrators apart that call their projects the same. */
  key: string;
}

/** A Temporal cluster says by itself which one it is; a namespace of it has each project once. */
export function holderOf(parts: { cluster: string; namespace: string; project: string }): Holder {
  const { cluster, namespace, project } = parts;
  const key = createHash('sha256')
    .update([cluster, namespace, project].join('\0'))
    .digest('hex')
    .slice(0, 24);
  return { project, key };
}

/** For a project of the orchestrator that runs this activity. */
export async function currentHolder(project: string): Promise<Holder> {
  const { client, info } = Context.current();
  const { clusterId } = await client.connection.workflowService.getClusterInfo({});
  return holderOf({ cluster: clusterId, namespace: info.namespace, project });
}
