import { z } from 'zod';
import type { Remark } from '../../domain/finding.js';
import { severities } from '../../domain/finding.js';

/** A remark as the reviewer wrote it: nobody has looked yet whether it holds. */
export interface Claimed extends Omit<Remark, 'doubt'> {
  /** The earlier finding that it raises again, by its word. */
  again: string | null;
  /** What it says stands there, copied from the file. */
  quotes: string[];
}

export type Answer = { kind: 'findings'; findings: Claimed[] } | { kind: 'unusable'; reason: string };

/** They are kept in the task's state, so they are bounded. */
const mostFindings = 20;
const longest = { file: 300, claim: 300, text: 700 };
/** Each brace is a place where the answer may begin. */
const mostStarts = 2_000;

const text = z.string().nullish();

const AnswerFile = z.object({
  findings: z
    .array(
      z.object({
        id: text,
        severity: z.enum(severities),
        file: z.string().min(1).max(longest.file).nullish(),
        line: z.int().nullish(),
        claim: z.string().trim().min(1),
        evidence: text,
        quote: text,
        suggestion: text,
      }),
    )
    .max(mostFindings),
});

/** How a reviewer has to answer. As it stands it is no answer, so that a program which repeats its prompt gives none. */
export const answerShape = `{
  "findings": [
    {
      "severity": "blocking | warning | note",
      "file": "path from the top of the repository, or null for the change as a whole",
      "line": "number of the line in that file, or null",
      "claim": "what is wrong, in one sentence",
      "evidence": "how you know: what you ran or read, with code in \`backticks\` copied from near that line",
      "quote": "that line, copied exactly, or null",
      "suggestion": "what to do instead, or null",
      "id": "the id of the earlier finding that this one is, or null"
    }
  ]
}`;

/** Limits that the prompt tells. */
export const answerRules = `At most ${mostFindings} findings, the most severe first. An empty list means that you have nothing to say.`;

/**
 * The answer in what a reviewer printed: the JSON object at its end, also inside of a fence. Nothing that stands before
 * counts in place of one that cannot be read: it may be a draft, or a part of the change.
 */
export function readAnswer(output: string): Answer {
  const object = lastObject(output);
  if (object === null) return { kind: 'unusable', reason: 'its output does not end with a JSON object' };
  const parsed = AnswerFile.safeParse(object);
  if (parsed.success) return { kind: 'findings', findings: parsed.data.findings.map(claimedOf) };
  const [problem] = parsed.error.issues;
  const where = problem?.path.join('.') ?? '';
  return {
    kind: 'unusable',
    reason: `its answer has not the form asked for: ${where}: ${problem?.message ?? ''}`,
  };
}

/** What is parsed goes up to the last brace of all, so a brace inside of the object begins nothing that can be parsed. */
function lastObject(output: string): unknown {
  const end = output.lastIndexOf('}') + 1;
  if (!/^[\s`]*$/.test(output.slice(end))) return null;
  let start = output.lastIndexOf('{', end);
  for (let tried = 0; start >= 0 && tried < mostStarts; tried += 1) {
    const parsed = parse(output.slice(start, end));
    if (parsed !== undefined) return parsed;
    start = start === 0 ? -1 : output.lastIndexOf('{', start - 1);
  }
  return null;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}

function claimedOf(found: z.infer<typeof AnswerFile>['findings'][number]): Claimed {
  const { id, severity, file, line, claim, evidence, quote, suggestion } = found;
  return {
    again: id ?? null,
    severity,
    file: file?.replace(/^(\.\/)+/, '') ?? null,
    line: line ?? null,
    claim: shorten(claim.replace(/\s+/g, ' '), longest.claim),
    evidence: shorten(evidence ?? '', longest.text),
    suggestion: suggestion === null || suggestion === undefined ? null : shorten(suggestion, longest.text),
    quotes: quote === null || quote === undefined || quote.trim() === '' ? quotedIn(evidence ?? '') : [quote],
  };
}

/** Code in a text, between one or more backticks. */
function quotedIn(evidence: string): string[] {
  return [...evidence.matchAll(/(`+)(?!`)([\s\S]*?[^`])\1(?!`)/g)].map(([, , code = '']) => code);
}

/** JSON can bring any character, also such as move a terminal's cursor, and halves of characters. */
function shorten(words: string, most: number): string {
  const plain = words.replace(/[^\P{Cc}\n\t]|\p{Cs}/gu, '');
  return plain.length <= most ? plain : `${plain.slice(0, most - 1)}…`;
}
