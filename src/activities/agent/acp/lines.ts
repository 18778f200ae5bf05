import type { Turn } from '../agent.js';
import type { Line, Said } from '../session/backend.js';
import { firstMessage, nextMessage } from '../session/message.js';
import { outcomeOf } from './permissions.js';
import { toolServers } from './tool-server.js';
import type { AcpThread, Unoffered } from './thread.js';

/** What the workflow file wants of each session. */
export interface Wishes {
  authMethod: string | undefined;
  mode: string | undefined;
  model: string | undefined;
}

const lost = `You have worked on this task before, in a session that is lost. Its work is in the working directory: look there
first, and go on from there.`;

const methodNotFound = -32_601;

/** What is to be written now. The keys do not depend on who writes. */
export function linesOf(thread: AcpThread, said: Said, turn: Turn, wishes: Wishes): Line[] {
  return [
    ...(isInterruptible(thread) ? interruptions(thread, said) : []),
    ...answers(thread, said),
    ...thread.unoffered.map(refusal),
    { key: keyOf(thread), line: request(thread, said, turn, wishes) },
  ];
}

/** Of what the agent is asked now. */
export function keyOf({ number, step }: AcpThread): string {
  return `${number}-${step}`;
}

/** Of the interruption for a remark. */
export function cancelKeyOf(remark: string): string {
  return `cancel-${remark}`;
}

/** Of the answer to a request. */
export function answerKeyOf(id: string): string {
  return `answer-${id}`;
}

/** Of the refusal of what is not offered. */
export function refusalKeyOf({ number }: Unoffered): string {
  return `refusal-${number}`;
}

function isInterruptible({ step, isPrompted, remark }: AcpThread): boolean {
  return step === 'prompt' && isPrompted && remark === null;
}

/** The protocol has no word for a turn that runs: it is interrupted, and the remark is the next prompt. */
function interruptions({ id, heard }: AcpThread, { remarks }: Said): Line[] {
  const next = remarks.find((remark) => !heard.includes(remark.id));
  if (next === undefined) return [];
  return [{ key: cancelKeyOf(next.id), line: rpc({ method: 'session/cancel', params: { sessionId: id } }) }];
}

/** Whoever interrupts has to answer everything that is open. */
function answers({ requests, remark }: AcpThread, { replies }: Said): Line[] {
  return requests.flatMap((permission) => {
    const reply = replies.get(permission.id);
    const result =
      remark === null ? reply && outcomeOf(permission, reply) : { outcome: { outcome: 'cancelled' } };
    if (result === undefined) return [];
    return [{ key: answerKeyOf(permission.id), line: rpc({ id: permission.rpcId, result }) }];
  });
}

function refusal(unoffered: Unoffered): Line {
  const { rpcId, method } = unoffered;
  const error = { code: methodNotFound, message: `this client does not offer ${method}` };
  return { key: refusalKeyOf(unoffered), line: rpc({ id: rpcId, error }) };
}

function request(thread: AcpThread, said: Said, turn: Turn, wishes: Wishes): string {
  const { method, params } = asked(thread, said, turn, wishes);
  return rpc({ id: thread.number, method, params });
}

function asked(
  thread: AcpThread,
  said: Said,
  turn: Turn,
  wishes: Wishes,
): { method: string; params: object } {
  const { step, wanted, modelOption } = thread;
  const session = { cwd: turn.workspace, mcpServers: toolServers(turn) };
  switch (step) {
    case 'initialize':
      return {
        method: 'initialize',
        params: {
          protocolVersion: 1,
          // Agents run where the files are, and use them themselves.
          clientCapabilities: { fs: { readTextFile: false, writeTextFile: false }, terminal: false },
          clientInfo: { name: 'continuo', title: 'Continuo', version: '1' },
        },
      };
    case 'authenticate':
      return { method: 'authenticate', params: { methodId: wishes.authMethod } };
    case 'new':
      return { method: 'session/new', params: session };
    case 'resume':
      return { method: 'session/resume', params: { sessionId: wanted, ...session } };
    case 'load':
      return { method: 'session/load', params: { sessionId: wanted, ...session } };
    case 'mode':
      return { method: 'session/set_mode', params: { sessionId: thread.id, modeId: wishes.mode } };
    case 'model':
      return modelOption === null
        ? { method: 'session/set_model', params: { sessionId: thread.id, modelId: wishes.model } }
        : {
            method: 'session/set_config_option',
            params: { sessionId: thread.id, configId: modelOption, value: wishes.model },
          };
    case 'prompt':
      return {
        method: 'session/prompt',
        params: { sessionId: thread.id, prompt: [{ type: 'text', text: textOf(thread, said, turn) }] },
      };
  }
}

function textOf({ opening, remark }: AcpThread, { remarks }: Said, turn: Turn): string {
  const said = remarks.find(({ id }) => id === remark);
  if (said !== undefined) return said.text;
  switch (opening) {
    case 'first':
      return firstMessage(turn);
    case 'lost':
      return `${firstMessage(turn)}\n\n${lost}`;
    case 'next':
      return nextMessage(turn);
  }
}

function rpc(message: object): string {
  return JSON.stringify({ jsonrpc: '2.0', ...message });
}
