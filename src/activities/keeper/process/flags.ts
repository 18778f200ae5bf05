/**
 * For `node`, before the keeper's file: many keepers run at once, each does little, and small heaps are collected more
 * often instead of growing. The heap's limit leaves room for the longest frames.
 */
export const keeperFlags: readonly string[] = ['--max-semi-space-size=1', '--max-old-space-size=256'];
