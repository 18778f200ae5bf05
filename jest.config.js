/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  modulePathIgnorePatterns: ['<rootDir>/test/agents/node_modules/'],
  globalSetup: '<rootDir>/test/support/build.mjs',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  // Most tests wait for programs and servers, not for the processor.
  maxWorkers: 3,
  // Programs, servers and bundles are real: a loaded machine needs patience, a hang must still end.
  testTimeout: 240_000,
};
