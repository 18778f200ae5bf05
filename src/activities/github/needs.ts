export type Area = 'issues' | 'contents' | 'pull_requests' | 'checks' | 'statuses';

/** What has to be allowed in the repository, by the names that GitHub has for it. All of them are to be written. */
export interface Need {
  area: Area;
  why: string;
  /**
   * Sent without a body nothing ever comes of it: GitHub refuses it for what it lacks, or, before it looks at that, for who
   * asks. It is the only way to see what a fine-grained token may do.
   */
  probe: string;
}

const at = 'POST /repos/{owner}/{repo}';

export const trackerNeeds: readonly Need[] = [
  {
    area: 'issues',
    why: 'to read issues, to label them while they are worked on, to comment and to close them',
    probe: `${at}/issues`,
  },
  {
    area: 'contents',
    why: 'to claim an issue by a ref below refs/continuo/claims/, so that no other orchestrator takes it',
    probe: `${at}/git/refs`,
  },
];

export const pullRequestNeeds: readonly Need[] = [
  {
    area: 'pull_requests',
    why: 'to open pull requests, to read what is said there, and to merge them',
    probe: `${at}/pulls`,
  },
  {
    area: 'checks',
    why: 'to show on the commit what was checked; only a GitHub App can have it',
    probe: `${at}/check-runs`,
  },
  {
    area: 'statuses',
    why: 'to show on the commit what was checked, where no GitHub App is used',
    probe: `${at}/statuses/${'0'.repeat(40)}`,
  },
];
