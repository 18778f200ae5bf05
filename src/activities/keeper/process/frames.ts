import type { FromShim, ToKeeper, ToolResult } from '../protocol.js';
import { isCount, isObject, isText, parseJson } from './guards.js';

const signals = ['SIGINT', 'SIGTERM', 'SIGKILL', 'SIGSTOP', 'SIGCONT'] as const;

/** Reads a frame of the control socket; null when it is none. Fields that are not known are dropped. */
export function readFrame(line: string): ToKeeper | null {
  const frame = parseJson(line);
  if (!isObject(frame)) return null;
  switch (frame.op) {
    case 'attach': {
      const { version, id, epoch } = frame;
      if (!isCount(version) || !isText(id)) return null;
      if (epoch === undefined) return { op: 'attach', version, id };
      return isCount(epoch) ? { op: 'attach', version, id, epoch } : null;
    }
    case 'write':
      return isText(frame.key) && isText(frame.line)
        ? { op: 'write', key: frame.key, line: frame.line }
        : null;
    case 'signal': {
      const signal = signals.find((name) => name === frame.signal);
      return signal === undefined ? null : { op: 'signal', signal };
    }
    case 'close': {
      const { reason, graceMs } = frame;
      if (!isText(reason)) return null;
      if (graceMs === undefined) return { op: 'close', reason };
      return isCount(graceMs) ? { op: 'close', reason, graceMs } : null;
    }
    case 'tool_result':
      return isText(frame.id) && isToolResult(frame.result)
        ? { op: 'tool_result', id: frame.id, result: frame.result }
        : null;
    default:
      return null;
  }
}

/** Reads a frame of the tools socket; null when it is none. */
export function readShimFrame(line: string): FromShim | null {
  const frame = parseJson(line);
  if (!isObject(frame)) return null;
  if (frame.op === 'list') return { op: 'list' };
  if (frame.op !== 'call' || !isText(frame.call) || !isText(frame.name)) return null;
  return { op: 'call', call: frame.call, name: frame.name, arguments: frame.arguments ?? {} };
}

function isToolResult(value: unknown): value is ToolResult {
  if (!isObject(value) || !Array.isArray(value.content)) return false;
  if (value.isError !== undefined && typeof value.isError !== 'boolean') return false;
  return value.content.every((part) => isObject(part) && part.type === 'text' && isText(part.text));
}
