import { basename } from 'node:path';
import { problemText } from './describe.js';
import { ConfigError } from './errors.js';
import type { ConfigErrorCode, ConfigProblem } from './errors.js';
import { readYamlMap, splitFrontMatter } from './front-matter.js';

/** The front matter as it is written, the prompt below it, and the line on which that begins. */
export interface Parts {
  data: Record<string, unknown>;
  body: string;
  bodyLine: number;
}

/** Takes a workflow file apart (SPEC 5.2). Throws a `ConfigError` for front matter that cannot be read. */
export function readParts(file: string, text: string): Parts {
  const split = splitFrontMatter(text);
  if (split.kind === 'none') return { data: {}, body: text, bodyLine: 1 };
  if (split.kind === 'unterminated') {
    throw broken(file, 1, 'the front matter that begins with --- has no end: add a line that is exactly ---');
  }
  const yaml = readYamlMap(split.yaml);
  switch (yaml.kind) {
    case 'map':
      return {
        data: yaml.value,
        body: text.slice(split.bodyStart),
        bodyLine: text.slice(0, split.bodyStart).split('\n').length,
      };
    case 'not_a_map':
      throw invalid(file, 'workflow_front_matter_not_a_map', [
        { key: 'front matter', found: yaml.found, allowed: 'a map of keys and values' },
      ]);
    case 'broken':
      throw broken(file, yaml.line, yaml.message);
    default:
      return yaml satisfies never;
  }
}

/** The error of values that cannot be used: a line for each. */
export function invalid(
  file: string,
  code: ConfigErrorCode,
  problems: readonly ConfigProblem[],
): ConfigError {
  const lines = problems.map((problem) => `${basename(file)}: ${problemText(problem)}`);
  const plain = problems.map(({ key, found, allowed }) => ({ key, found, allowed }));
  return new ConfigError(code, file, lines.join('\n'), plain);
}

function broken(file: string, line: number, message: string): ConfigError {
  const found = message.replace(/\s+/g, ' ');
  return new ConfigError('workflow_parse_error', file, `${basename(file)}: line ${line}: ${found}`);
}
