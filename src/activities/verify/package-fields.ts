import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';

/** Fields of a `package.json` that decide what a check really runs. */
export const packageFields = ['scripts', 'jest', 'mocha', 'ava', 'nyc', 'c8', 'tap'] as const;

const Manifest = z.record(z.string(), z.unknown());
type Manifest = z.infer<typeof Manifest>;

/** Whether a path, relative to the top of the repository, is a package manifest of the project itself. */
export function isPackageFile(path: string): boolean {
  const parts = path.toLowerCase().split('/');
  return parts.at(-1) === 'package.json' && !parts.includes('node_modules');
}

/** The protected fields in which two versions of a manifest differ; null stands for no file. */
export function changedPackageFields(base: string | null, changed: string | null): string[] {
  const [before, after] = [parse(base), parse(changed)];
  return packageFields.filter((field) => !isDeepStrictEqual(before?.[field], after?.[field]));
}

/**
 * The changed manifest with the protected fields of the base. Null where nothing has to be done: the
 * fields agree, the file is new (it weakens nothing that the base had), or one of the two is no
 * manifest (npm then refuses it by itself).
 */
export function restorePackageFields(base: string | null, changed: string): string | null {
  const [before, after] = [parse(base), parse(changed)];
  if (before === null || after === null) return null;
  const differing = new Set<string>(changedPackageFields(base, changed));
  if (differing.size === 0) return null;

  const kept = Object.entries(after).flatMap(([key, value]) => {
    if (!differing.has(key)) return [[key, value]];
    return key in before ? [[key, before[key]]] : [];
  });
  const missing = [...differing].filter((key) => !(key in after)).map((key) => [key, before[key]]);
  return `${JSON.stringify(Object.fromEntries([...kept, ...missing]), null, 2)}\n`;
}

function parse(text: string | null): Manifest | null {
  if (text === null) return null;
  try {
    return Manifest.parse(JSON.parse(text.replace(/^\uFEFF/, '')));
  } catch {
    return null;
  }
}
