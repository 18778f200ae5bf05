/** Said where an answer comes from Temporal's records alone. */
export const noWorkerRemark =
  'No worker is running, so this is only what Temporal has on record. Start one: continuo up';
