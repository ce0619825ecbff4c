// How the dashboard is built: files with hashes in their names below /dashboard/, each beside its compressed forms.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import tailwind from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** Compressed once here, so that the server never does. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    writeBundle({ dir = '' }) {
      for (const folder of [dir, join(dir, 'assets')]) {
        for (const name of readdirSync(folder).filter((entry) => /\.(js|css|html|svg)$/.test(entry))) {
          const file = join(folder, name);
          const plain = readFileSync(file);
          writeFileSync(`${file}.br`, brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }));
          writeFileSync(`${file}.gz`, gzipSync(plain, { level: 9 }));
        }
      }
    },
  };
}

export default defineConfig({
  base: '/dashboard/',
  plugins: [react(), tailwind(), compressed()],
  resolve: { conditions: ['countersign-source', 'module', 'browser', 'production', 'import', 'default'] },
  build: {
    target: 'es2023',
    // The page allows no inline script, and data: addresses for pictures only.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
  },
});
