import { z } from 'zod';

/**
 * The front matter of a task file. Title and state are what SPEC 11.1 calls required: a wrong type
 * there makes the file malformed. Everything else degrades, and is reported.
 */

const oneLine = z
  .string()
  .transform((text) => text.replace(/[\s\p{Cc}]+/gu, ' ').trim())
  .refine((text) => text !== '');

const word = z.union([z.string(), z.number().transform(String)]).transform((text) => text.trim());

/** A list of words; a single word counts as a list of one. */
const words = z
  .union([z.array(word), word.transform((single) => [single])])
  .transform((list) => list.filter((entry) => entry !== ''));

const instant = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2}))?$/)
  .refine((text) => !Number.isNaN(Date.parse(text)))
  .transform((text) => new Date(text).toISOString());

/** A field, and what is allowed in it. */
export interface Field<T> {
  schema: z.ZodType<T>;
  allowed: string;
}

const listOfWords = 'a list of texts';

export const title: Field<string> = { schema: oneLine, allowed: 'a text' };
export const state: Field<string> = { schema: oneLine, allowed: 'a text, such as Todo' };
export const priority: Field<number> = { schema: z.int(), allowed: 'a whole number; 1 is the most urgent' };
export const labels: Field<string[]> = { schema: words, allowed: listOfWords };
export const blockedBy: Field<string[]> = { schema: words, allowed: 'a list of task identifiers' };
export const scope: Field<string[]> = { schema: words, allowed: 'a list of globs, such as src/**' };
export const acceptance: Field<string[]> = { schema: words, allowed: listOfWords };
export const createdAt: Field<string> = {
  schema: instant,
  allowed: 'a date, such as 2026-01-31 or 2026-01-31T09:00:00Z',
};
