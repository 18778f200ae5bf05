#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { runCli } from './client/cli.js';

const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
const version = /"version": *"([^"]+)"/.exec(manifest)?.[1] ?? 'unknown';

const { env, stdin, stdout, stderr } = process;
process.exitCode = await runCli(process.argv.slice(2), version, {
  env,
  cwd: process.cwd(),
  stdin,
  stdout,
  stderr,
});
