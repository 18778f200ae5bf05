import { createHash } from 'node:crypto';

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
