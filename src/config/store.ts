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
  /** Idempotent; the hash is the key. */
  put(config: Config): Promise<void>;
  /** Throws an `ApplicationFailure` of type `config_missing` for an unknown hash. */
  get(hash: string): Promise<Config>;
}

const Stored = z.object({ file: z.string(), text: z.string() });

/**
 * Keeps path and text of every configuration that this host has worked with, readable by its user
 * alone. Secrets stay `$VAR`: they are resolved when the configuration is used.
 */
export function openConfigStore(paths: Pick<DataPaths, 'configs'>, env: Environment): ConfigStore {
  const parsed = new Map<string, Config>();
  const fileOf = (hash: string) => join(paths.configs, `${hash}.json`);

  return {
    async put(config) {
      if (parsed.has(config.hash)) return;
      const { file, text } = config;
      await writeWhole(fileOf(config.hash), JSON.stringify({ file, text }));
      parsed.set(config.hash, config);
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
