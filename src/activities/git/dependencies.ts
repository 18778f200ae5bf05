import { basename } from 'node:path';
import { z } from 'zod';

const section = z.record(z.string(), z.unknown()).optional().catch(undefined);
const Package = z.object({
  dependencies: section,
  devDependencies: section,
  optionalDependencies: section,
  peerDependencies: section,
});

/** Manifests that list what a project depends on, and how an added entry is found in them. */
const readers: [RegExp, (text: string) => string[]][] = [
  [/^package\.json$/, packages],
  [/^requirements.*\.(txt|in)$/, (text) => entries(text, /^([A-Za-z0-9][\w.-]*)/)],
  [/^go\.mod$/, (text) => entries(text, /^(?:require\s+)?([\w.-]+\.[\w.-]+\/\S+)\s+v\d/)],
  [/^Cargo\.toml$/, (text) => tomlEntries(text, /dependencies/)],
  [/^pyproject\.toml$/, pythonEntries],
  [/^Gemfile$/, (text) => entries(text, /^gem\s+['"]([^'"]+)/)],
];

export function isManifest(path: string): boolean {
  return !path.split('/').includes('node_modules') && readerOf(path) !== undefined;
}

/** Names that the new version of a manifest depends on and the old one does not; null stands for no file. */
export function newDependencies(path: string, before: string | null, after: string): string[] {
  const read = readerOf(path);
  if (read === undefined) return [];
  const known = new Set(before === null ? [] : read(before));
  return [...new Set(read(after))].filter((name) => !known.has(name));
}

function readerOf(path: string): ((text: string) => string[]) | undefined {
  return readers.find(([name]) => name.test(basename(path)))?.[1];
}

function packages(text: string): string[] {
  try {
    const manifest = Package.parse(JSON.parse(text));
    return Object.values(manifest).flatMap((names) => Object.keys(names ?? {}));
  } catch {
    return [];
  }
}

function entries(text: string, pattern: RegExp): string[] {
  return text.split('\n').flatMap((line) => pattern.exec(line.trim())?.[1] ?? []);
}

/** Keys below the sections whose name matches, and the names of sections such as `dependencies.serde`. */
function tomlEntries(text: string, wanted: RegExp): string[] {
  let inside = false;
  return text.split('\n').flatMap((line) => {
    const header = /^\s*\[+([^\]]+)\]/.exec(line)?.[1];
    if (header === undefined) {
      const key = /^\s*["']?([\w.-]+)["']?\s*=/.exec(line)?.[1];
      return inside && key !== undefined ? [key] : [];
    }
    const table = /dependencies\.["']?([\w-]+)["']?$/.exec(header)?.[1];
    inside = wanted.test(header) && table === undefined;
    return table === undefined ? [] : [table];
  });
}

/** Lists of PEP 508 names (`"requests>=2"`) and tables of Poetry. */
function pythonEntries(text: string): string[] {
  const quoted = text
    .split('\n')
    .flatMap((line) =>
      [
        ...line.matchAll(/["']([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*(?:[<>=!~;@][^"']*)?["']\s*[,\]]/g),
      ].flatMap(([, name]) => name ?? []),
    );
  return [...quoted, ...tomlEntries(text, /dependencies$/)];
}
