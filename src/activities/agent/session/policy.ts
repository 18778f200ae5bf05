import picomatch from 'picomatch';
import type { Config } from '../../../config/config.js';
import type { QuestionAnswer } from '../../../domain/task.js';
import type { Reply, Request } from './backend.js';

export type Rules = Config['agent']['approvals'];

const yes = /^(allow|yes|y|ok|approve|accept)\b/i;

/** What the first rule that fits says; `ask` when none does. A question in words is always a person's. */
export function ruleFor(rules: Rules, { kind, subject }: Request): 'allow' | 'deny' | 'ask' {
  if (kind === 'question') return 'ask';
  const rule = rules.find(
    (one) => (one.kind === undefined || one.kind === kind) && fits(one.pattern, subject),
  );
  return rule?.answer ?? 'ask';
}

function fits(pattern: string | undefined, subject: string): boolean {
  // A command line is no path: a star stands for slashes as well.
  return pattern === undefined || picomatch.isMatch(subject, pattern, { bash: true, dot: true });
}

/** The reply by the configuration alone, or null where a person is to be asked. */
export function replyByRule(rules: Rules, request: Request): Reply | null {
  switch (ruleFor(rules, request)) {
    case 'allow':
      return { verdict: 'allow', text: 'allowed by agent.approvals' };
    case 'deny':
      return { verdict: 'deny', text: 'refused by agent.approvals' };
    case 'ask':
      return null;
  }
}

/** What a person's answer means for the request: for anything but a question, everything that is not a yes is a no. */
export function replyOf({ kind }: Request, { text }: QuestionAnswer): Reply {
  if (kind === 'question') return { verdict: 'words', text };
  return { verdict: yes.test(text.trim()) ? 'allow' : 'deny', text };
}
