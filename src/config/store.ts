import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ApplicationFailure } from '@temporalio/common';
import { z } from 'zod';
import { FailureType } from '../domain/failure.js';
import { writeWhole } from './atomic-write.js';
import type { Config } from './config.js';
import type { Environment } from './environment.js';
import { parseConfig } from './parse.js';
import type { DataPaths } from './paths.js';

/** Configurations of this host, by hash. */
export interface ConfigStore {
  /** Keeps it, as the one in force. Idempotent; the hash is the key. */
  put(config: Config): Promise<void>;
  /** Throws an `ApplicationFailure` of type `config_missing` for an unknown hash. */
  get(hash: string): Promise<Config>;
}

const Stored = z.object({ file: z.string(), text: z.string() });

/**
 * Keeps path and text of every configuration that this host has worked with, readable by its user
 * alone. Secrets stay `$VAR`: they are resolved when the configuration is used.
 */
export function openConfigStore(
  paths: Pick<DataPaths, 'configs' | 'inForce'>,
  env: Environment,
): ConfigStore {
  const parsed = new Map<string, Config>();
  let inForce = '';
  const fileOf = (hash: string) => join(paths.configs, `${hash}.json`);

  return {
    async put(config) {
      const { file, text, hash } = config;
      const content = JSON.stringify({ file, text });
      if (!parsed.has(hash)) await writeWhole(fileOf(hash), content);
      parsed.set(hash, config);
      if (hash !== inForce) await writeWhole(paths.inForce, content);
      inForce = hash;
    },

    async get(hash) {
      const known = parsed.get(hash);
      if (known !== undefined) return known;
      const { file, text } = await readStored(hash, fileOf(hash));
      const config = parseConfig(file, text, env);
      parsed.set(hash, config);
      return config;
    },
  };
}

/** The configuration that this host worked with last; null where there is none, or it cannot be used any more. */
export async function readInForce(
  paths: Pick<DataPaths, 'inForce'>,
  env: Environment,
): Promise<Config | null> {
  try {
    const { file, text } = Stored.parse(JSON.parse(await readFile(paths.inForce, 'utf8')));
    return parseConfig(file, text, env);
  } catch {
    return null;
  }
}

async function readStored(hash: string, file: string): Promise<z.infer<typeof Stored>> {
  // The hash comes from a workflow: it must not become a path of its own.
  if (!/^[0-9a-f]{64}$/.test(hash)) throw missing(hash);
  try {
    return Stored.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    throw missing(hash, error);
  }
}

function missing(hash: string, cause?: unknown): ApplicationFailure {
  const message =
    `this host does not have the configuration ${hash.slice(0, 12)}: ` +
    'start its worker with the workflow file that the task was started with';
  return ApplicationFailure.create({
    message,
    type: FailureType.configMissing,
    nonRetryable: true,
    ...(cause instanceof Error ? { cause } : {}),
  });
}
