import { workflowSchema } from '../../config/json-schema.js';
import type { Invocation } from '../invocation.js';

/** Prints the JSON Schema of WORKFLOW.md, for editors. */
export function printSchema({ out }: Invocation): void {
  out.json(workflowSchema());
}
