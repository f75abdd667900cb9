// Writes the generated sources: protobuf types from onnx.proto (buf), the optimizers' WebAssembly module from its text (wabt).
import { execFileSync } from 'node:child_process';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import wabt from 'wabt';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const buf = join(dirname(createRequire(import.meta.url).resolve('@bufbuild/buf/package.json')), 'bin/buf');
execFileSync(process.execPath, [buf, 'generate'], { cwd: root, stdio: 'inherit' });
renameSync(join(root, 'src/proto/onnx_pb.ts'), join(root, 'src/proto/onnx.gen.ts'));

const { parseWat } = await wabt();
const source = join(root, 'src/optimizer/kernels.wat');
const module = parseWat(source, readFileSync(source, 'utf8'), { simd: true });
const { buffer } = module.toBinary({});
writeFileSync(
  join(root, 'src/optimizer/kernels-wasm.gen.ts'),
  `// Generated from kernels.wat by "npm run generate". Do not edit.\nexport const kernelsModule = '${Buffer.from(buffer).toString('base64')}';\n`,
);
