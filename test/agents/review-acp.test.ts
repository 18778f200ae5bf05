import { describeReviewer } from './reviewer-contract.js';

/** Apart, because opencode takes its time to start. */
describeReviewer('opencode');
