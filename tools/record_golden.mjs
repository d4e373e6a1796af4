// SPDX-License-Identifier: Apache-2.0
//
// The part of tools/record_golden that runs in node: see there for its use.
import {createRequire} from 'node:module';
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {parseArgs} from 'node:util';

function fail(message) {
  console.error(`tools/record_golden: ${message}`);
  process.exit(1);
}

/// NumPy's type codes, by ONNX Runtime's name of the type.
const types = {
  float32: ['<f4', Float32Array],
  int8: ['|i1', Int8Array],
  uint8: ['|u1', Uint8Array],
  bool: ['|b1', Uint8Array],
  int16: ['<i2', Int16Array],
  int32: ['<i4', Int32Array],
  int64: ['<i8', BigInt64Array],
};

const count = shape => shape.reduce((a, b) => a * b, 1);

/// {code, shape, bytes} of a .npy file in C order.
function readNpy(path) {
  const file = readFileSync(path);
  if (file.toString('latin1', 0, 6) !== '\x93NUMPY') fail(`${path} is not a .npy file`);
  const wide = file[6] > 1;
  const start = wide ? 12 : 10;
  const end = start + (wide ? file.readUInt32LE(8) : file.readUInt16LE(8));
  const header = file.toString('latin1', start, end);
  const code = /'descr': *'([^']*)'/.exec(header)?.[1];
  const shape = /'shape': *\(([^)]*)\)/.exec(header)?.[1];
  if (code === undefined || shape === undefined) fail(`${path} has an unknown header: ${header}`);
  if (/'fortran_order': *True/.test(header)) fail(`${path} is in Fortran's order; store it in C's`);
  const dims = shape.split(',').filter(text => text.trim()).map(Number);
  return {code, shape: dims, bytes: file.subarray(end)};
}

/// The shape of one case: what the file says, or what --shape gives.
function shapeOf(input, given) {
  const shape = given.get(input.name) ?? input.shape;
  if (shape.every(size => Number.isInteger(size) && size >= 0)) return shape;
  fail(`input "${input.name}" has the open shape [${shape}]; give --shape ${input.name}=...`);
}

/// An array as the tensors of its cases.
function cut(ort, path, input, shape) {
  const [code, Typed] = types[input.type] ?? fail(`input "${input.name}" is ${input.type}`);
  const array = readNpy(path);
  const size = count(shape);
  const cases = count(array.shape) / size;
  const fits = cases === 1 || (array.shape.length > 0 && array.shape[0] === cases);
  if (array.code !== code || !fits)
    fail(`${path} holds ${array.code} [${array.shape}], input "${input.name}" takes ` +
         `${code} [${shape}], or many of them along a leading dimension`);
  const step = size * Typed.BYTES_PER_ELEMENT;
  return Array.from({length: cases}, (_, i) => {
    const bytes = Uint8Array.from(array.bytes.subarray(i * step, (i + 1) * step));
    return new ort.Tensor(input.type, new Typed(bytes.buffer), shape);
  });
}

function write(folder, stem, index, tensors) {
  tensors.forEach((tensor, k) => {
    const name = tensors.length === 1 ? `${stem}${index}.bin` : `${stem}${index}_${k}.bin`;
    const {buffer, byteOffset, byteLength} = tensor.data;
    writeFileSync(join(folder, name), new Uint8Array(buffer, byteOffset, byteLength));
  });
}

function parseArguments() {
  const options = {
    cases: {type: 'string', default: 'Infinity'},
    shape: {type: 'string', multiple: true, default: []},
  };
  try {
    return parseArgs({args: process.argv.slice(3), options, allowPositionals: true});
  } catch (error) {
    fail(`${error.message}; see --help`);
  }
}

async function main() {
  const {values, positionals} = parseArguments();
  const [model, ...arrays] = positionals;
  const folder = arrays.pop();
  if (arrays.length === 0) fail('MODEL.onnx INPUTS.npy... GOLDEN_FOLDER; see --help');
  const given = new Map(values.shape.map(text => {
    const [name, sizes] = text.split('=');
    return [name, (sizes ?? '').split(',').map(Number)];
  }));
  const ort = createRequire(join(process.argv[2], 'package.json'))('onnxruntime-node');
  const session = await ort.InferenceSession.create(
      model, {graphOptimizationLevel: 'disabled', logSeverityLevel: 3});
  const inputs = session.inputMetadata;
  if (inputs.length !== arrays.length)
    fail(`the model has ${inputs.length} inputs (${session.inputNames}), ` +
         `${arrays.length} arrays are given`);
  const tensors = inputs.map(
      (input, i) => cut(ort, arrays[i], input, shapeOf(input, given)));
  const cases = Math.min(Number(values.cases), ...tensors.map(list => list.length));
  if (!(cases > 0)) fail('there are no cases');
  mkdirSync(folder, {recursive: true});
  for (let i = 0; i < cases; ++i) {
    const feeds = Object.fromEntries(inputs.map((input, k) => [input.name, tensors[k][i]]));
    const results = await session.run(feeds);
    write(folder, 'in', i, tensors.map(list => list[i]));
    write(folder, 'out', i, session.outputNames.map(name => results[name]));
  }
  console.log(`${folder}: ${cases} cases of ${model}, by onnxruntime-node ` +
              `${ort.env.versions.node ?? ''}`.trim());
}

main().catch(error => fail(error.message));
