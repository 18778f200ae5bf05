import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import type { Config } from './config.js';
import type { Environment } from './environment.js';
import { ConfigError } from './errors.js';
import { parseConfig } from './parse.js';

/** What Node throws for a file. */
const SystemError = z.object({ code: z.string().optional(), message: z.string() });

/** Reads and resolves a workflow file. Throws a `ConfigError`; there is never a silent default (SPEC 5.1). */
export async function loadConfig(file: string, env: Environment): Promise<Config> {
  const path = resolve(file);
  return parseConfig(path, decode(path, await read(path)), env);
}

async function read(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new ConfigError('missing_workflow_file', path, `${path}: ${reason(error)}`);
  }
}

function reason(error: unknown): string {
  const { code, message } = SystemError.parse(error);
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'there is no such file; `continuo init` writes one';
    case 'EISDIR':
      return 'this is a folder, not a workflow file';
    case 'EACCES':
      return 'the file cannot be read: permission denied';
    default:
      return `the file cannot be read: ${message}`;
  }
}

function decode(path: string, bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new ConfigError('workflow_parse_error', path, `${path}: the file is not UTF-8 text`);
  }
}
