import { isMap } from './front-matter.js';
import type { JsonSchema } from './json-schema.js';
import { workflowSchema } from './json-schema.js';

/** Keys of front matter that no part of this version knows, dotted. They are ignored (SPEC 5.3), and mostly slips. */
export function unknownKeys(data: Record<string, unknown>): string[] {
  return keysBeyond(data, workflowSchema(), '');
}

function keysBeyond(value: unknown, schema: JsonSchema | undefined, place: string): string[] {
  if (Array.isArray(value))
    return value.flatMap((entry: unknown, index) => keysBeyond(entry, schema?.items, `${place}[${index}]`));
  const properties = schema?.properties;
  // What is free in its keys, or was written as something else than a map.
  if (properties === undefined || !isMap(value)) return [];
  return Object.entries(value).flatMap(([key, entry]) => {
    const path = place === '' ? key : `${place}.${key}`;
    return Object.hasOwn(properties, key) ? keysBeyond(entry, properties[key], path) : [path];
  });
}
