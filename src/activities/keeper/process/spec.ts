import type { Fault, KeeperSpec, Owner, ProgramIo, ToolDeclaration } from '../protocol.js';
import { protocolVersion } from '../protocol.js';
import { isCount, isObject, isText, isTexts, parseJson } from './guards.js';

type Fields = Record<string, unknown>;

/** Reads what the starter sent. Throws an `Error` that names the first field that is wrong. */
export function readSpec(text: string): KeeperSpec {
  const value = parseJson(text);
  if (!isObject(value)) throw new Error('the specification on standard input is not a JSON object');
  if (value.version !== protocolVersion) {
    throw new Error(
      `the specification has version ${String(value.version)}, this keeper has ${protocolVersion}`,
    );
  }
  const argv = field(value, 'argv', isTexts);
  if (argv.length === 0) throw new Error('the specification has an empty argv');
  return {
    version: protocolVersion,
    owner: readOwner(field(value, 'owner', isObject)),
    argv,
    cwd: field(value, 'cwd', isText),
    env: field(value, 'env', isTextMap),
    cookie: field(value, 'cookie', isText),
    io: readIo(field(value, 'io', isObject)),
    timeoutMs: field(value, 'timeoutMs', orNull(isCount)),
    leaseMs: field(value, 'leaseMs', isCount),
    graceMs: field(value, 'graceMs', isCount),
    tools: field(value, 'tools', isToolList),
    fault: field(value, 'fault', orNull(isFault)),
  };
}

function readOwner(value: Fields): Owner {
  return {
    project: field(value, 'project', isText),
    identifier: field(value, 'identifier', isText),
    workflowId: field(value, 'workflowId', isText),
    workflowRun: field(value, 'workflowRun', isText),
    kind: field(value, 'kind', isOwnerKind),
    title: field(value, 'title', isText),
  };
}

function readIo(value: Fields): ProgramIo {
  if (value.kind === 'lines') {
    return { kind: 'lines', journalLimitBytes: field(value, 'journalLimitBytes', isCount) };
  }
  if (value.kind !== 'output') throw new Error('the specification has a wrong io.kind');
  return {
    kind: 'output',
    stdin: field(value, 'stdin', orNull(isText)),
    file: field(value, 'file', isText),
    limitBytes: field(value, 'limitBytes', isCount),
  };
}

function field<T>(value: Fields, name: string, isRight: (value: unknown) => value is T): T {
  const found = value[name];
  if (!isRight(found)) throw new Error(`the specification has a wrong or missing ${name}`);
  return found;
}

function orNull<T>(isRight: (value: unknown) => value is T) {
  return (value: unknown): value is T | null => value === null || isRight(value);
}

function isTextMap(value: unknown): value is Record<string, string> {
  return isObject(value) && isTexts(Object.values(value));
}

function isOwnerKind(value: unknown): value is Owner['kind'] {
  return value === 'agent' || value === 'check' || value === 'hook';
}

function isToolList(value: unknown): value is ToolDeclaration[] {
  return Array.isArray(value) && value.every(isTool);
}

function isTool(value: unknown): value is ToolDeclaration {
  return isObject(value) && isText(value.name) && isText(value.description) && isObject(value.inputSchema);
}

const faults: readonly unknown[] = [
  'claimed',
  'spawned',
  'journalled',
  'written',
  'exit_journalled',
  'exit_written',
] satisfies Fault['at'][];

function isFault(value: unknown): value is Fault {
  return isObject(value) && faults.includes(value.at) && (value.key === undefined || isText(value.key));
}
