import { z } from 'zod';

/** What has to be looked at because of an event. What it says beside that is not believed: GitHub is asked. */
export type Attention =
  | { kind: 'tracker' }
  /** All of them where none is named. */
  | { kind: 'changes'; numbers: number[] | null };

const Numbered = z.object({ number: z.int() });
const Issue = z.object({ issue: Numbered.extend({ pull_request: z.unknown().optional() }) });
const Pull = z.object({ pull_request: Numbered });
const pulls = z.object({ pull_requests: z.array(Numbered).max(100) });
const Checks = {
  check_run: z.object({ check_run: pulls }).transform(({ check_run }) => check_run),
  check_suite: z.object({ check_suite: pulls }).transform(({ check_suite }) => check_suite),
  workflow_run: z.object({ workflow_run: pulls }).transform(({ workflow_run }) => workflow_run),
};
const Push = z.object({ ref: z.string(), repository: z.object({ default_branch: z.string() }) });

/** Null of what concerns neither issues nor changes, or cannot be read. */
export function attentionOf(event: string, payload: unknown): Attention | null {
  switch (event) {
    case 'issues':
    case 'issue_comment':
    case 'issue_dependencies':
    case 'sub_issues': {
      const found = Issue.safeParse(payload).data?.issue;
      if (found?.pull_request == null) return { kind: 'tracker' };
      return { kind: 'changes', numbers: [found.number] };
    }
    case 'pull_request':
    case 'pull_request_review':
    case 'pull_request_review_comment':
    case 'pull_request_review_thread': {
      const found = Pull.safeParse(payload).data?.pull_request;
      return found === undefined ? null : { kind: 'changes', numbers: [found.number] };
    }
    case 'check_run':
    case 'check_suite':
    case 'workflow_run': {
      const numbers = Checks[event].safeParse(payload).data?.pull_requests.map(({ number }) => number) ?? [];
      return numbers.length === 0 ? null : { kind: 'changes', numbers };
    }
    // A commit status names no pull request.
    case 'status':
      return { kind: 'changes', numbers: null };
    case 'push': {
      const { ref, repository } = Push.safeParse(payload).data ?? {};
      const isBase = ref !== undefined && ref === `refs/heads/${repository?.default_branch}`;
      return isBase ? { kind: 'changes', numbers: null } : null;
    }
    default:
      return null;
  }
}
