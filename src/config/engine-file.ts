import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { DataPaths } from './paths.js';

/** Names a process for ever: a pid alone may belong to another one by now. */
export const ProcessName = z.object({
  pid: z.number().int().positive(),
  start: z.string(),
  bootId: z.string(),
});
export type ProcessName = z.infer<typeof ProcessName>;

/** What is known of an embedded engine; it stays when the engine has stopped, for its ports. */
const EngineFile = z.object({
  address: z.string(),
  namespace: z.string(),
  uiUrl: z.string(),
  /** Null for the moment between writing this and starting the server. */
  server: ProcessName.nullable(),
});
export type EngineFile = z.infer<typeof EngineFile>;

/** What people are told of the sandbox of a host. */
const SandboxNote = z.object({
  /** What agents and checks are kept from, in words. */
  containment: z.string(),
  /** How to get more, and what weakens it. */
  advice: z.array(z.string()),
});
export type SandboxNote = z.infer<typeof SandboxNote>;

/** What is known of the `continuo up` or `continuo worker` that uses a data directory. */
const UpFile = z.object({
  process: ProcessName,
  command: z.enum(['up', 'worker']),
  project: z.string(),
  /** What the same process serves besides. */
  others: z.array(z.string()).default([]),
  address: z.string().nullable(),
  uiUrl: z.string().nullable(),
  /** Whether it works already. Another version's file does not say. */
  ready: z.boolean().default(false),
  sandbox: SandboxNote.optional(),
});
export type UpFile = z.infer<typeof UpFile>;

export function readEngineFile(paths: DataPaths): EngineFile | null {
  return read(engineFile(paths), EngineFile);
}

export function writeEngineFile(paths: DataPaths, content: EngineFile): void {
  write(engineFile(paths), content);
}

export function readUpFile(paths: DataPaths): UpFile | null {
  return read(upFile(paths), UpFile);
}

export function writeUpFile(paths: DataPaths, content: UpFile): void {
  write(upFile(paths), content);
}

export function upFile(paths: DataPaths): string {
  return join(paths.root, 'up.json');
}

function engineFile(paths: DataPaths): string {
  return join(paths.engine, 'engine.json');
}

/** Null when there is none, or none that this version understands. */
function read<T>(file: string, schema: z.ZodType<T>): T | null {
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null;
  }
}

function write(file: string, content: unknown): void {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, file);
}
