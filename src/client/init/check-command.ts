import { join } from 'node:path';
import { z } from 'zod';
import { exists, readText } from './repository.js';

const PackageJson = z.object({ scripts: z.record(z.string(), z.string()).default({}) });
/** What `npm init` writes for a package without tests. */
const npmPlaceholder = 'no test specified';

/** The command that most likely tests the project at `root`, or null. The checkout has no installed dependencies. */
export async function findCheckCommand(root: string): Promise<string | null> {
  for (const find of [npmTest, cargoTest, goTest, pythonTest, makeTest]) {
    const command = await find(root);
    if (command !== null) return command;
  }
  return null;
}

async function npmTest(root: string): Promise<string | null> {
  const parsed = PackageJson.safeParse(parseJson(await readText(join(root, 'package.json'))));
  const script = parsed.success ? parsed.data.scripts.test : undefined;
  if (script === undefined || script.includes(npmPlaceholder)) return null;
  if (await exists(join(root, 'pnpm-lock.yaml'))) return 'pnpm install --frozen-lockfile && pnpm test';
  if (await exists(join(root, 'yarn.lock'))) return 'yarn install --immutable && yarn test';
  return (await exists(join(root, 'package-lock.json'))) ? 'npm ci && npm test' : 'npm test';
}

function parseJson(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

async function cargoTest(root: string): Promise<string | null> {
  return (await exists(join(root, 'Cargo.toml'))) ? 'cargo test' : null;
}

async function goTest(root: string): Promise<string | null> {
  return (await exists(join(root, 'go.mod'))) ? 'go test ./...' : null;
}

async function pythonTest(root: string): Promise<string | null> {
  const files = ['pytest.ini', 'pyproject.toml', 'tox.ini', 'conftest.py'].map((name) => join(root, name));
  const found = await Promise.all(files.map(exists));
  return found.some(Boolean) ? 'python3 -m pytest' : null;
}

async function makeTest(root: string): Promise<string | null> {
  const makefile = (await readText(join(root, 'Makefile'))) ?? '';
  return /^test\s*:(?!=)/m.test(makefile) ? 'make test' : null;
}
