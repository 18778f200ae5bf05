import { describe, expect, it } from '@jest/globals';
import { isManifest, newDependencies } from '../../../src/activities/git/dependencies.js';

describe('newDependencies', () => {
  const poetry = '[tool.poetry]\nname = "x"\n[tool.poetry.dependencies]\npython = "^3"\n';
  const cases: [string, string, string, string, string[]][] = [
    [
      'an added package',
      'package.json',
      '{"dependencies":{"a":"1"}}',
      '{"devDependencies":{"b":"1"}}',
      ['b'],
    ],
    ['a new version', 'web/package.json', '{"dependencies":{"a":"1"}}', '{"dependencies":{"a":"2"}}', []],
    ['a broken manifest', 'package.json', '{', '{"dependencies":[]}', []],
    ['a requirement', 'requirements-dev.txt', 'flask==1\n', 'flask==2\n# no\nrequests>=2\n', ['requests']],
    [
      'a Go module',
      'go.mod',
      'module m\n',
      'module m\nrequire (\n\texample.com/a v1.2.3\n)\n',
      ['example.com/a'],
    ],
    [
      'a crate',
      'Cargo.toml',
      '[package]\nname = "x"\n',
      '[package]\nname = "y"\n[dev-dependencies]\nserde = "1"\n',
      ['serde'],
    ],
    ['a crate with a section', 'Cargo.toml', '', '[dependencies.tokio]\nversion = "1"\n', ['tokio']],
    [
      'a Python project',
      'pyproject.toml',
      '[project]\ndependencies = ["a>=1"]\n',
      '[project]\ndependencies = [\n "a>=1",\n "b[x]~=2",\n]\n',
      ['b'],
    ],
    ['a Poetry project', 'pyproject.toml', poetry, `${poetry}httpx = "*"\n`, ['httpx']],
    ['a gem', 'Gemfile', '', "gem 'rails', '~> 7'\n", ['rails']],
  ];

  it.each(cases)('finds %s', (_, path, before, after, names) => {
    expect(newDependencies(path, before, after)).toEqual(names);
  });

  it('does not look into installed packages or other files', () => {
    expect(isManifest('node_modules/a/package.json')).toBe(false);
    expect(isManifest('docs/requirements.md')).toBe(false);
    expect(isManifest('api/go.mod')).toBe(true);
  });
});
