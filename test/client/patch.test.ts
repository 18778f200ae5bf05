import { describe, expect, it } from '@jest/globals';
import pc from 'picocolors';
import { colorPatch, patchStat } from '../../src/client/patch.js';

const patch = `diff --git a/src/a b.ts b/src/a b.ts
index 1..2 100644
--- a/src/a b.ts
+++ b/src/a b.ts
@@ -1,2 +1,3 @@
 same
-- a removed SQL comment
++++ an added line of plus signs
+two
diff --git a/logo.png b/logo.png
index 3..4 100644
GIT binary patch
literal 5
Mc\${NkU
diff --git a/old.txt b/old.txt
deleted file mode 100644
--- a/old.txt
+++ /dev/null
@@ -1 +0,0 @@
-gone
`;

describe('patchStat', () => {
  it('counts the lines of each file, also those that look like headings', () => {
    expect(patchStat(patch)).toEqual([
      { path: 'src/a b.ts', added: 2, removed: 1, binary: false },
      { path: 'logo.png', added: 0, removed: 0, binary: true },
      { path: 'old.txt', added: 0, removed: 1, binary: false },
    ]);
  });
});

describe('colorPatch', () => {
  it('changes nothing but the colours', () => {
    expect(colorPatch(patch, pc.createColors(false))).toBe(patch);
    const colored = colorPatch(patch, pc.createColors(true));
    // eslint-disable-next-line no-control-regex
    expect(colored.replace(/\x1b\[\d+m/g, '')).toBe(patch);
    expect(colored).toContain(pc.createColors(true).green('+two'));
  });
});
