import { isCancellation } from '@temporalio/workflow';

/** Sends a signal to another workflow. False when that one is not there: such a signal fails for no other reason. */
export async function deliver(send: () => Promise<void>): Promise<boolean> {
  try {
    await send();
    return true;
  } catch (error) {
    if (isCancellation(error)) throw error;
    return false;
  }
}
