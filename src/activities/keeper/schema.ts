import { z } from 'zod';
import type { Claim, Exit, FromKeeper } from './protocol.js';

export const ClaimFile = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('keeper'),
    version: z.number(),
    id: z.string(),
    process: z.object({ bootId: z.string(), pid: z.int().positive(), start: z.string() }),
    owner: z.object({
      project: z.string(),
      identifier: z.string(),
      workflowId: z.string(),
      workflowRun: z.string(),
      kind: z.enum(['agent', 'check', 'hook']),
      title: z.string(),
    }),
    cookie: z.string(),
    startedAt: z.string(),
  }),
  z.object({ kind: z.literal('tombstone') }),
]) satisfies z.ZodType<Claim>;

export const ExitFile = z.object({
  ending: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('exited'), exitCode: z.number().nullable(), signal: z.string().nullable() }),
    z.object({ kind: z.literal('timed_out') }),
    z.object({ kind: z.literal('closed'), reason: z.string() }),
    z.object({ kind: z.literal('lease') }),
    z.object({ kind: z.literal('output_limit') }),
    z.object({ kind: z.literal('not_started'), message: z.string() }),
  ]),
  durationMs: z.number(),
  outputProblem: z.string().nullable(),
  end: z.number(),
  at: z.string(),
}) satisfies z.ZodType<Exit>;

const ErrorCodes = z.enum([
  'STALE',
  'NOT_WRITER',
  'ENDED',
  'WRONG_KEEPER',
  'WRONG_VERSION',
  'BAD_FRAME',
  'DISK',
  'BUSY',
]);

export const FrameFromKeeper = z.discriminatedUnion('ev', [
  z.object({
    ev: z.literal('hello'),
    version: z.number(),
    id: z.string(),
    child: z.object({ pid: z.number() }).nullable(),
    end: z.number(),
    exit: ExitFile.nullable(),
    stalled: z.string().nullable(),
    epoch: z.number().nullable(),
    attached: z.boolean(),
    rssBytes: z.number(),
  }),
  z.object({ ev: z.literal('grew'), end: z.number() }),
  z.object({ ev: z.literal('ack'), key: z.string(), at: z.number(), duplicate: z.boolean() }),
  z.object({ ev: z.literal('evicted'), epoch: z.number() }),
  z.object({ ev: z.literal('stalled'), code: z.string() }),
  z.object({ ev: z.literal('exit'), exit: ExitFile }),
  z.object({
    ev: z.literal('error'),
    code: ErrorCodes,
    key: z.string().exactOptional(),
    message: z.string().exactOptional(),
  }),
]) satisfies z.ZodType<FromKeeper>;
