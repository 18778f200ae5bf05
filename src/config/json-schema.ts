import { z } from 'zod';
import { forgeProfiles } from './forge-profiles.js';
import { FrontMatter } from './schema.js';
import { trackerProfiles } from './tracker-profiles.js';

/** A JSON Schema, as far as it is looked at here. */
const JsonSchema = z.looseObject({
  get properties() {
    return z.record(z.string(), JsonSchema).optional();
  },
  get items() {
    return JsonSchema.optional();
  },
});
export type JsonSchema = z.infer<typeof JsonSchema>;

/**
 * The front matter of WORKFLOW.md as a JSON Schema, for editors: what may be written, before defaults. Unknown keys are
 * allowed, as the loader ignores them; rules between keys are the loader's alone.
 */
export function workflowSchema(): JsonSchema {
  const { $schema, ...schema } = JsonSchema.parse(
    z.toJSONSchema(FrontMatter, { io: 'input', unrepresentable: 'any', override: writtenForm }),
  );
  const tracker = schema.properties?.tracker?.properties ?? {};
  tracker.kind = { type: 'string', enum: Object.keys(trackerProfiles) };
  const forge = schema.properties?.forge?.properties ?? {};
  forge.kind = { type: 'string', enum: Object.keys(forgeProfiles), default: 'local' };
  return { $schema, title: 'WORKFLOW.md', ...schema };
}

/** What zod leaves out of a preprocessed value: its default, and that a number may be written as a text. */
function writtenForm({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodTypes; jsonSchema: object }): void {
  const { def } = zodSchema._zod;
  if (def.type === 'default') Object.assign(jsonSchema, { default: def.defaultValue });
  if (def.type !== 'pipe' || def.in._zod.def.type !== 'transform') return;
  const number = { ...jsonSchema };
  for (const key of Object.keys(jsonSchema)) Reflect.deleteProperty(jsonSchema, key);
  Object.assign(jsonSchema, { anyOf: [number, { type: 'string', pattern: '^[0-9]+$' }] });
}
