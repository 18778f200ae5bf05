import { open } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';

const chunkBytes = 64 * 1024;

/**
 * Returns a function that reads what was added to a file since it was called last: nothing while
 * there is no file, and everything again after it was truncated or replaced by a shorter one.
 */
export function growingFile(file: string): () => Promise<string> {
  let offset = 0;
  let decoder = new StringDecoder('utf8');

  return async () => {
    const handle = await open(file).catch(() => null);
    if (handle === null) return '';
    try {
      if ((await handle.stat()).size < offset) {
        offset = 0;
        decoder = new StringDecoder('utf8');
      }
      let text = '';
      const buffer = Buffer.alloc(chunkBytes);
      for (;;) {
        const { bytesRead } = await handle.read(buffer, 0, chunkBytes, offset);
        if (bytesRead === 0) return text;
        offset += bytesRead;
        text += decoder.write(buffer.subarray(0, bytesRead));
      }
    } finally {
      await handle.close();
    }
  };
}
