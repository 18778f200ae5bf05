import { describe, problemText } from '../../../config/describe.js';
import { readYamlMap, splitFrontMatter } from '../../../config/front-matter.js';
import type { Problem } from '../../../domain/project.js';
import { firstHeading, readTextBounds } from '../issue-text.js';
import * as fields from './schema.js';
import type { Field } from './schema.js';
import { identifierOf, refuseIdentifier, titleFromIdentifier } from './task-name.js';

/** One task file, read by itself. */
export interface TaskFile {
  path: string;
  identifier: string;
  title: string;
  /** Null when the file does not say. */
  state: string | null;
  priority: number | null;
  labels: string[];
  blockedBy: string[];
  scope: string[];
  acceptance: string[];
  createdAt: string | null;
  description: string | null;
  /** False when what bounds the work cannot be read: it is not started on a guess. */
  clear: boolean;
}

/** What is wrong with a file is in `problems` also where the file as a whole can be used. */
export interface TaskFileReading {
  /** Null for a malformed file. */
  task: TaskFile | null;
  problems: Problem[];
}

/** The same for everybody, and small enough to travel through Temporal as a whole. */
export const longestFileBytes = 256 * 1024;
const longestTitle = 300;

/** Reads a task file. `text` is null when the file could not be read. Never throws. */
export function readTaskFile(path: string, text: string | null): TaskFileReading {
  const name = refuseIdentifier(identifierOf(path));
  if (name !== null) return malformed(path, 'file name', describe(identifierOf(path)), name);
  if (text === null) return malformed(path, '', 'a file that cannot be read', 'a text file');
  const bytes = Buffer.byteLength(text);
  if (bytes > longestFileBytes)
    return malformed(path, '', `${bytes} bytes`, `at most ${longestFileBytes} bytes`);
  if (/[\0\uFFFD]/.test(text)) return malformed(path, '', 'bytes that are not text', 'UTF-8 text');
  return readText(path, text);
}

function readText(path: string, text: string): TaskFileReading {
  const split = splitFrontMatter(text);
  switch (split.kind) {
    case 'none':
      return readFields(path, {}, text.replace(/^\uFEFF/, ''));
    case 'unterminated':
      return malformed(path, 'front matter', 'no end', 'a line that is exactly --- after it');
    case 'found': {
      const yaml = readYamlMap(split.yaml);
      if (yaml.kind === 'map') return readFields(path, yaml.value, text.slice(split.bodyStart));
      if (yaml.kind === 'not_a_map')
        return malformed(path, 'front matter', yaml.found, 'a map of keys and values');
      const message = yaml.message.replace(/\s+/g, ' ');
      return malformed(path, `line ${yaml.line}`, `broken YAML (${message})`, 'a map of keys and values');
    }
    default:
      return split satisfies never;
  }
}

function readFields(path: string, data: Record<string, unknown>, body: string): TaskFileReading {
  const problems: Problem[] = [];
  const read = <T>(key: string, field: Field<T>): T | null | undefined =>
    readField(path, data[key], key, field, problems);

  const title = read('title', fields.title);
  const state = read('state', fields.state);
  if (title === undefined || state === undefined) return { task: null, problems };

  const identifier = identifierOf(path);
  const blockedBy = read('blocked_by', fields.blockedBy);
  const scope = read('scope', fields.scope);
  const description = body.trim();
  const bounds = readTextBounds(description);
  return {
    task: {
      path,
      identifier,
      title: (title ?? firstHeading(body) ?? titleFromIdentifier(identifier)).slice(0, longestTitle),
      state,
      priority: read('priority', fields.priority) ?? null,
      labels: read('labels', fields.labels) ?? [],
      blockedBy: blockedBy ?? [],
      scope: scope ?? bounds.scope,
      acceptance: read('acceptance', fields.acceptance) ?? bounds.acceptance,
      createdAt: read('created_at', fields.createdAt) ?? null,
      description: description === '' ? null : description,
      clear: blockedBy !== undefined && scope !== undefined,
    },
    problems,
  };
}

/** Null for a field that is left out, undefined for one that cannot be used, which is reported. */
function readField<T>(
  path: string,
  value: unknown,
  key: string,
  { schema, allowed }: Field<T>,
  problems: Problem[],
): T | null | undefined {
  if (value === undefined || value === null) return null;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  problems.push(taskProblem(path, key, describe(value), allowed));
  return undefined;
}

export function taskProblem(path: string, key: string, found: string, allowed: string): Problem {
  return { where: path, message: problemText({ key, found, allowed }) };
}

function malformed(path: string, key: string, found: string, allowed: string): TaskFileReading {
  return { task: null, problems: [taskProblem(path, key, found, allowed)] };
}
