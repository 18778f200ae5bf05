import { ApplicationFailure } from '@temporalio/common';
import { FailureType } from '../../domain/failure.js';
import { WorkspaceError, requireWorkspace } from '../git/workspace-path.js';

/**
 * Fails for good (`invalid_workspace_cwd`) unless the workspace is still the folder that preparation made
 * (SPEC 9.5): no agent starts anywhere else, and only another preparation mends that.
 */
export async function requireCwd(workspace: string): Promise<void> {
  try {
    await requireWorkspace(workspace);
  } catch (error) {
    if (!(error instanceof WorkspaceError)) throw error;
    throw ApplicationFailure.create({
      message: `invalid_workspace_cwd: ${error.message}`,
      type: FailureType.workspace,
      nonRetryable: true,
      cause: error,
    });
  }
}
