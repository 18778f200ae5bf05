import { describeReviewer } from './reviewer-contract.js';

describeReviewer('codex');
describeReviewer('claude');
