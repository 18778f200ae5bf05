import { isIP } from 'node:net';
import { z } from 'zod';
import { secret } from './github-provider.js';
import { isTimeZone } from '../domain/calendar.js';
import { isCron } from '../domain/cron.js';
import { projectName, projectNameAllowed } from './project-id.js';
import { port, positive, usd, word } from './schema-values.js';

/** Sections about the running of a project: what it may spend, when tasks are due, and where it is measured. */

const dollars = z.number({ error: 'a number from 0' }).nonnegative({ error: 'a number from 0' });

/** US dollars for a million tokens. */
const Price = z.object({ input: dollars, output: dollars });

const aZone = 'the name of a time zone, such as Europe/Berlin';

export const Budget = z.object({
  task_tokens: positive.default(2_000_000),
  task_usd: usd.optional(),
  task_turns: positive.default(60),
  /** Of the time in which an agent runs. */
  task_minutes: positive.optional(),
  task_attempts: positive.default(10),
  /** By the model that is configured, or the kind of agent: for agents that do not say what they cost. */
  prices: z.record(z.string(), Price).default({}),
  /** What all tasks may spend together: on one day, and in all. */
  day_usd: usd.optional(),
  day_tokens: positive.optional(),
  day_turns: positive.optional(),
  day_minutes: positive.optional(),
  project_usd: usd.optional(),
  project_tokens: positive.optional(),
  project_turns: positive.optional(),
  project_minutes: positive.optional(),
  /** Where days end. */
  time_zone: z.string({ error: aZone }).refine(isTimeZone, { error: aZone }).default('UTC'),
});

const aCron = 'minute, hour, day of month, month and day of week, such as 0 6 * * 1, or @daily';

export const Schedule = z.object({
  name: z.string().regex(projectName, { error: projectNameAllowed }),
  cron: z.string({ error: aCron }).trim().refine(isCron, { error: aCron }),
  prompt: word,
  /** Where `cron` is meant; `budget.time_zone` unless given. */
  time_zone: z.string({ error: aZone }).refine(isTimeZone, { error: aZone }).optional(),
});

const anAddress = 'an IP address of this machine';

/** For Prometheus; served where there is a port. */
export const Metrics = z.object({
  port: port.optional(),
  host: z
    .string({ error: anAddress })
    .refine((host) => isIP(host) !== 0, { error: anAddress })
    .default('127.0.0.1'),
});

const aHost = 'a host name without port, such as hooks.example.org';

/** Where GitHub's word of a change is listened for. */
export const Webhooks = z.object({
  port,
  host: z
    .string({ error: anAddress })
    .refine((host) => isIP(host) !== 0, { error: anAddress })
    .default('127.0.0.1'),
  secret,
  /** Names by which a proxy in front passes requests on; those of the machine itself are known. */
  allowed_hosts: z.array(z.string({ error: aHost }).regex(/^[A-Za-z0-9.-]+$/, { error: aHost })).default([]),
});
