/** The bounds of a look: whatever a change has beyond them is old, or waits for the next look. */
const reviews = 20;
const comments = 30;
const threads = 30;
const wordsOfThread = 10;
const checks = 50;
/** As many changes as one query asks for. */
export const mostChanges = 50;

const author = 'author { __typename login } viewerDidAuthor';
const marks = 'reactionGroups { content viewerHasReacted }';
const review = `nodes { id fullDatabaseId state body submittedAt commit { oid } ${author} ${marks} }`;

/** Replies in threads are reviews without a body: they must not push opinions out of sight. */
const fragment = `
fragment Seen on PullRequest {
  id number state isDraft headRefOid baseRefName mergeable mergeStateStatus reviewDecision
  isInMergeQueue
  autoMergeRequest { enabledAt }
  mergedBy { login }
  mergeCommit { oid }
  timelineItems(last: 1, itemTypes: [CLOSED_EVENT]) { nodes { ... on ClosedEvent { actor { login } } } }
  baseRef {
    refUpdateRule { requiredApprovingReviewCount requiredStatusCheckContexts requiresConversationResolution }
  }
  opinions: reviews(last: ${reviews}, states: [APPROVED, CHANGES_REQUESTED]) { ${review} }
  remarks: reviews(last: ${reviews}, states: [COMMENTED]) { ${review} }
  comments(last: ${comments}) { nodes { id fullDatabaseId body createdAt ${author} ${marks} } }
  reviewThreads(last: ${threads}) { nodes {
    id isResolved path line originalLine
    comments(last: ${wordsOfThread}) { nodes { fullDatabaseId body state ${author} } }
  } }
}`;

/** Whether a check is required is asked for each change by its number. */
function checksOf(number: number): string {
  const isRequired = `isRequired(pullRequestNumber: ${number})`;
  return `commits(last: 1) { nodes { commit { oid statusCheckRollup { contexts(first: ${checks}) { nodes {
      __typename
      ... on CheckRun {
        databaseId name status conclusion startedAt completedAt detailsUrl url ${isRequired}
        checkSuite { app { slug } workflowRun { databaseId } }
      }
      ... on StatusContext { context state description targetUrl ${isRequired} }
    } } } } } }`;
}

/** All that is to be known of these changes, each under `p` and its number. */
export function changesQuery(numbers: readonly number[]): string {
  const pulls = numbers.map(
    (number) => `p${number}: pullRequest(number: ${number}) { ...Seen ${checksOf(number)} }`,
  );
  return `query Changes($owner: String!, $repo: String!) {
  viewer { login }
  repository(owner: $owner, name: $repo) {
    ${pulls.join('\n    ')}
  }
}
${fragment}`;
}
